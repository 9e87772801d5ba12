// The page of the reference host: the official AppBridge around a sandboxed frame. What a host does besides (calls, links, messages) is the
// test's, through window.did.
import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

window.show = async ({ html, args, result, context, capabilities }) => {
  document.querySelector('iframe')?.remove();
  const frame = document.createElement('iframe');
  frame.title = 'Panel';
  frame.setAttribute('sandbox', 'allow-scripts');
  document.body.append(frame);
  const bridge = new AppBridge(null, { name: 'reference-host', version: '1' }, capabilities, { hostContext: context });
  bridge.oncalltool = (params) => window.did('call', params);
  bridge.onopenlink = (params) => window.did('link', params);
  bridge.onmessage = (params) => window.did('message', params);
  bridge.onupdatemodelcontext = (params) => window.did('context', params);
  bridge.onsizechange = ({ height }) => { if (height) frame.style.height = `${height}px`; };
  const ready = new Promise((resolve) => { bridge.oninitialized = resolve; });
  await bridge.connect(new PostMessageTransport(frame.contentWindow, frame.contentWindow));
  frame.srcdoc = html;
  await ready;
  await bridge.sendToolInput({ arguments: args });
  await bridge.sendToolResult(result);
  window.bridge = bridge;
};
window.ready = true;
