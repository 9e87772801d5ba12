// What all panels are built from. Texts become text nodes and nothing else: no panel has a way to markup.
const app = document.getElementById('app'), said = document.getElementById('said'), leads = document.getElementById('leads');

/** Makes an element. Properties that are functions are listeners, true and false set or leave out an attribute. */
const el = (tag, props, ...children) => {
  const node = tag.startsWith('svg:') ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4)) : document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (typeof value === 'function') node.addEventListener(name, value);
    else if (value === true) node.setAttribute(name, '');
    else if (value !== false && value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(9).filter((child) => child || child === 0).map((child) => (child instanceof Node ? child : String(child))));
  return node;
};

/** A text of somebody's, in its own direction. */
const words = (text, props) => el('bdi', props, text);
const [div, p, span, h1, h2] = ['div', 'p', 'span', 'h1', 'h2'].map((tag) => (kind, ...children) => el(tag, { class: kind || false }, ...children));
const button = (label, click, kind, disabled = false) => el('button', { type: 'button', class: kind || false, disabled, click }, label);
const count = (n, one, more = `${one}s`) => `${n.toLocaleString('en')} ${n === 1 ? one : more}`;
const announce = (text) => { said.textContent = ''; said.textContent = text; };

/** A link that the host opens. Where it leads stands at the panel's edge while it is pointed at. Anything but http(s) is plain text. */
const link = (url, label, props) => {
  let to;
  try { to = new URL(url); } catch { /* no address */ }
  if (!to || !/^https?:$/.test(to.protocol) || to.username || !host.can('openLinks')) return el('span', props, label);
  const address = to.host + to.pathname + to.search;
  const tell = () => { leads.textContent = address; };
  const still = () => { leads.textContent = ''; };
  return el('a', {
    ...props, href: to.href, rel: 'noopener noreferrer', focus: tell, blur: still, mouseenter: tell, mouseleave: still,
    click: (event) => { event.preventDefault(); host.open(to.href).catch(() => announce(`The host did not open ${address}`)); },
  }, label, span('away', `, opens ${to.host}`));
};

/** Shows a panel: the parts in order. */
const show = (...parts) => {
  app.removeAttribute('aria-busy');
  app.replaceChildren(...parts.flat(9).filter(Boolean));
};

const most = () => parseFloat(getComputedStyle(document.documentElement).getPropertyValue('--most')) || 500;
const tall = () => document.body.scrollHeight > Math.floor(most());

/** Lets go of what matters least, until what is shown fits: the styles say what goes at which level. */
const squeeze = () => {
  for (let level = 0; level < 6; level++) {
    document.documentElement.dataset.tight = '12345'.slice(0, level);
    if (!tall()) return;
  }
};

/**
 * Fills a list with as many rows as a panel holds, so that nothing scrolls, and puts the buttons for the others into the bar. more loads further
 * rows where there are any; it resolves when they are in the list of rows.
 */
const paged = ({ list, bar, rows, draw, more, seen, name = 'row', starts = [0] }) => {
  const fill = (focus) => {
    document.documentElement.dataset.tight = '';
    const from = starts.at(-1);
    list.replaceChildren();
    bar.replaceChildren(span('dim', '…'), button('Next'));
    let to = from;
    while (to < rows.length) {
      list.append(draw(rows[to], to));
      if (to > from && tall()) { list.lastChild.remove(); break; }
      to++;
    }
    seen?.(from, to);
    const rest = to < rows.length || more?.left();
    if (!from && !rest) { bar.replaceChildren(); if (tall()) squeeze(); return; }
    const next = async () => {
      if (to >= rows.length) await more.load();
      starts.push(to);
      fill('next');
    };
    const back = el('button', { type: 'button', class: 'small', disabled: !from, click: () => { starts.pop(); fill('back'); } }, 'Back');
    const on = button('Next', next, 'small', !rest);
    const where = `${name} ${from + 1}${to - from > 1 ? `–${to}` : ''} of ${more?.left() ? more.total : rows.length}`;
    bar.replaceChildren(back, span('dim', where), on);
    if (tall()) squeeze();
    if (focus) {
      announce(where);
      const wanted = focus === 'next' ? on : back;
      (wanted.disabled ? (focus === 'next' ? back : on) : wanted).focus();
    }
  };
  refill = () => fill();
  fill();
};
let refill;
let width = innerWidth;
addEventListener('resize', () => { if (width !== innerWidth) { width = innerWidth; refill?.(); } });
host.on('dressed', () => refill?.());

/** The text of a result, without the line that marks customers' words for models. */
const textOf = (result) => (result.content ?? []).filter((part) => part.type === 'text').map((part) => part.text).join('\n').replace(/^untrusted-text:.*\n/, '');
const metaOf = (result, name) => result?._meta?.[`featurebase/${name}`];

/** What stands in place of a panel that cannot be shown. */
const fallback = (title, text) => show(h1('', title), p('plain clamp8', words(text)));

/** Calls a tool, and through the gate where it waits for a click: the click that led here is the one. */
const act = async (tool, args) => {
  const result = await host.call(tool, args);
  const gate = metaOf(result, 'confirm');
  return gate ? host.call('confirm_call', { token: gate.token, approve: true }) : result;
};

/** Begins: what a tool answers is rendered, with the arguments of the call; what has no data stands there as text. */
const begin = (title, render) => {
  let args = {};
  host.on('tool-input', (params) => { args = params?.arguments ?? {}; });
  host.on('tool-cancelled', () => fallback('Cancelled', 'The call was cancelled.'));
  host.on('tool-result', (result) => {
    const view = metaOf(result, 'view');
    if (view) render(view, args); else fallback(title, textOf(result));
  });
  host.start();
};
