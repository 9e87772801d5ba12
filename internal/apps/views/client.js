'use strict';
// The protocol of MCP Apps as far as a panel needs it: JSON-RPC by postMessage with the page around it.
const host = (() => {
  const open = new Map(), hears = {};
  let last = 0, can = {}, context = {};

  const post = (message) => parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  const ask = (method, params) => new Promise((resolve, reject) => {
    open.set(++last, { resolve, reject });
    post({ id: last, method, params });
  });

  addEventListener('message', ({ source, data }) => {
    if (source !== parent || data?.jsonrpc !== '2.0') return;
    const { id, method, params, result, error } = data;
    if (!method) {
      const call = open.get(id);
      open.delete(id);
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result);
    } else if (id !== undefined) {
      const known = method === 'ui/resource-teardown' || method === 'ping';
      post(known ? { id, result: {} } : { id, error: { code: -32601, message: 'A panel does not know this method.' } });
    } else if (method === 'ui/notifications/host-context-changed') {
      dress(params);
    } else {
      hears[method]?.(params);
    }
  });

  // dress takes over the theme, colours and fonts of the host, by their names in the protocol alone.
  const dress = (change) => {
    context = { ...context, ...change };
    const root = document.documentElement;
    if (context.theme) root.dataset.theme = context.theme;
    if (context.locale) root.lang = context.locale;
    for (const [name, value] of Object.entries(context.styles?.variables ?? {})) {
      if (/^--[a-z0-9-]+$/.test(name) && typeof value === 'string' && !/url\s*\(/i.test(value)) root.style.setProperty(name, value);
    }
    const box = context.containerDimensions ?? {};
    root.style.setProperty('--most', `${Math.max(260, Math.min(500, box.height ?? box.maxHeight ?? 500))}px`);
    hears.dressed?.(context);
  };

  const start = async () => {
    const answer = await ask('ui/initialize', {
      appInfo: { name: 'featurebase-mcp', version: '1' }, appCapabilities: { availableDisplayModes: ['inline'] }, protocolVersion: '2026-01-26',
    });
    can = answer.hostCapabilities ?? {};
    dress(answer.hostContext ?? {});
    post({ method: 'ui/notifications/initialized', params: {} });
    let height = 0;
    new ResizeObserver(() => {
      const now = Math.ceil(document.body.getBoundingClientRect().height);
      if (now !== height) post({ method: 'ui/notifications/size-changed', params: { width: innerWidth, height: height = now } });
    }).observe(document.body);
  };

  return {
    start,
    on: (what, hear) => { hears[what.includes('/') || what === 'dressed' ? what : `ui/notifications/${what}`] = hear; },
    can: (what) => can[what] !== undefined,
    locale: () => context.locale,
    call: (name, args) => ask('tools/call', { name, arguments: args }),
    open: (url) => ask('ui/open-link', { url }),
    say: (text) => ask('ui/message', { role: 'user', content: [{ type: 'text', text }] }),
    inform: async (text) => can.updateModelContext && ask('ui/update-model-context', { content: [{ type: 'text', text }] }),
  };
})();
