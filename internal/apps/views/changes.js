// A plan: what it changes, from what to what, whom it messages, what is final. Rows can be left out; Apply sends the others.
const planView = (() => {
  let plan, gate, out = new Set(), busy = false, after;

  const states = { done: 'Done', failed: 'Failed', unknown: 'May have been applied', sending: 'Under way', skipped: 'Changed since' };

  /** The name of a field in words: statusId is "Status". */
  const label = (field) => field.replace(/Ids?$/, '').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`).replace(/^./, (first) => first.toUpperCase());

  const change = ({ field, before, after: to }) => el('div', { class: 'change' },
    el('span', { class: 'field clamp2' }, label(field)),
    el('span', {}, before && [el('del', {}, words(before)), el('span', { class: 'dim', 'aria-label': 'becomes', role: 'img' }, ' → ')], to ? el('ins', {}, words(to)) : el('ins', {}, 'nothing')));

  const draw = (row) => {
    const id = `row${row.row}`;
    const marks = [
      row.state && el('span', { class: `mark ${row.state === 'done' ? 'good' : 'bad'}` }, states[row.state] ?? row.state),
      row.new && el('span', { class: 'mark' }, 'New'),
      row.final && el('span', { class: 'mark bad' }, 'Final'),
      row.noWayBack && el('span', { class: 'mark bad' }, 'No way back'),
      row.reaches && el('span', { class: 'mark warn' }, 'Messages ', words(row.reaches)),
    ];
    const box = !plan.applied && el('input', {
      type: 'checkbox', id, checked: !out.has(row.row), disabled: busy,
      change: ({ target }) => { if (target.checked) out.delete(row.row); else out.add(row.row); target.closest('li').classList.toggle('out', !target.checked); buttons(); },
    });
    return el('li', { class: out.has(row.row) && !plan.applied ? 'out' : '' },
      box ? el('label', { class: 'tick', for: id }, box, el('span', { class: 'away' }, `Row ${row.row}: ${row.title} ${row.what ?? ''}`)) : el('span', { class: 'tick dim' }, row.row),
      el('div', { class: 'grow' },
        el('div', { class: 'line' }, el('span', { class: 'dim clamp1' }, row.title), row.what && words(row.what, { class: 'strong clamp1' }), ...marks),
        row.changes?.slice(0, 4).map(change),
        row.changes?.length > 4 && el('div', { class: 'dim' }, `and ${row.changes.length - 4} more`),
        (row.why || row.note) && el('div', { class: 'dim clamp2' }, words(row.why || row.note))));
  };

  const left = () => plan.counts.send - (plan.counts.done ?? 0) - [...out].length;
  const actions = el('div', { class: 'actions' });
  const problem = el('p', { class: 'problem clamp2', role: 'alert' });

  const buttons = () => {
    const n = left();
    const able = host.can('serverTools');
    actions.replaceChildren(...[
      !able && el('p', { class: 'dim' }, 'This host shows the plan only: say in the chat what to do with it.'),
      able && !plan.applied && el('button', { type: 'button', class: 'first', disabled: busy || n < 1, click: apply }, busy ? 'Applying…' : after?.verb ?? `Apply ${count(n, 'change')}`),
      able && !plan.applied && el('button', { type: 'button', disabled: busy, click: discard }, 'Discard'),
      able && plan.applied && plan.goesOn && el('button', { type: 'button', class: 'first', disabled: busy, click: apply }, busy ? 'Applying…' : 'Go on'),
      able && plan.applied && plan.counts.undoable > 0 && el('button', { type: 'button', disabled: busy, click: undo }, `Plan the way back of ${plan.counts.undoable}`),
      after && button(after.label, after.go),
    ].filter(Boolean));
    refill?.();
  };

  const during = async (does) => {
    busy = true;
    problem.textContent = '';
    buttons();
    try {
      await does();
    } catch (error) {
      problem.textContent = `It is not known what became of it: ${error.message}`;
    }
    busy = false;
    buttons();
  };

  const apply = () => during(async () => {
    announce('Applying');
    const send = { planId: plan.planId, ...(out.size && { except: [...out] }) };
    const result = gate && !out.size ? await host.call('confirm_call', { token: gate.token, approve: true }) : await act('apply_plan', send);
    gate = undefined;
    const text = textOf(result);
    const next = metaOf(result, 'view');
    if (next) render(next);
    else if (result.isError) problem.textContent = text;
    announce(next ? summary() : text);
    await host.inform(`In the panel, the user applied the plan ${plan.planId}. The answer was:\n${text}`);
  });

  const undo = () => during(async () => {
    const result = await host.call('plan_changes', { undo: plan.planId });
    const next = metaOf(result, 'view');
    if (next?.planId) { out = new Set(); render(next); } else problem.textContent = textOf(result);
  });

  const discard = async () => {
    if (gate) host.call('confirm_call', { token: gate.token, approve: false }).catch(() => {});
    show(el('h1', {}, 'Discarded'), el('p', {}, 'Nothing was sent.'), after && el('div', { class: 'actions' }, button(after.label, after.go)));
    announce('Discarded. Nothing was sent.');
    refill = undefined;
    await host.inform(`In the panel, the user discarded the plan ${plan.planId}. Nothing of it was sent.`);
  };

  const summary = () => {
    const by = {};
    for (const row of plan.rows ?? []) by[row.state ?? ''] = (by[row.state ?? ''] ?? 0) + 1;
    return Object.entries(by).map(([state, n]) => `${n} ${(states[state] ?? 'not sent').toLowerCase()}`).join(', ');
  };

  const head = () => {
    const { send, idle, refused } = plan.counts;
    if (plan.applied) return [el('h1', {}, `Applied: ${summary()}`), plan.halted && el('p', { class: 'dim' }, `Stopped: ${plan.halted}`)];
    return [
      el('h1', {}, send ? `${count(send, 'change')}, nothing sent yet` : 'Nothing to send'),
      el('p', { class: 'dim clamp2' },
        plan.messages === 'nobody' ? 'Messages nobody.' : ['Messages ', words(plan.messages), '.'],
        plan.final ? ` ${plan.final} cannot be taken back.` : send ? ' All of it can be taken back.' : '',
        idle ? ` ${count(idle, 'row')} would change nothing.` : '', refused ? ` ${count(refused, 'row')} refused.` : ''),
      plan.refused?.slice(0, 3).map(({ row, why }) => el('p', { class: 'problem clamp2' }, `Row ${row}: `, words(why))),
    ];
  };

  const more = {
    left: () => plan.cursor !== undefined,
    get total() { return plan.counts.send; },
    fetch: async () => {
      const next = metaOf(await host.call('plan_changes', { planId: plan.planId, cursor: plan.cursor }), 'view') ?? {};
      plan.rows.push(...next.rows ?? []);
      plan.cursor = next.cursor;
    },
  };

  const render = (data) => {
    plan = { rows: [], ...data, rows: data.rows ?? [] };
    const list = el('ol', { class: 'rows', 'aria-label': 'Rows of the plan' }), bar = el('nav', { class: 'pager', 'aria-label': 'Pages' });
    show(...head(), list, problem, el('footer', {}, actions, bar));
    refill = undefined;
    buttons();
    paged({ list, bar, rows: plan.rows, draw, more, name: plan.rows.length > 1 ? 'rows' : 'row' });
  };

  return {
    /** Shows a plan; then names a button that leads back to where it came from. */
    render: (data, then) => { after = then; out = new Set(); render(data); },
    /** The numbers of the rows that were applied, if any was. */
    applied: () => (plan?.applied ? new Set(plan.rows.filter(({ state }) => state === 'done').map(({ row }) => row)) : undefined),
    /** A plan that waits for a click: the question names the plan, and its rows are read. */
    ask: async (question, planId) => {
      const result = await host.call('plan_changes', { planId });
      const data = metaOf(result, 'view');
      gate = question;
      if (data) render(data);
      return Boolean(data);
    },
  };
})();
