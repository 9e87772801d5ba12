// A plan: what it changes, from what to what, whom it messages, what is final. Rows can be left out; Apply sends the others.
const planView = (() => {
  let plan, gate, out = new Set(), busy = false, after;

  const states = { done: 'Done', failed: 'Failed', unknown: 'May have been applied', sending: 'Under way', skipped: 'Changed since' };

  /** The name of a field in words: statusId is "Status". */
  const label = (field) => field.replace(/Ids?$/, '').replace(/([a-z])([A-Z])/g, (_, a, b) => `${a} ${b.toLowerCase()}`).replace(/^./, (first) => first.toUpperCase());

  const change = ({ field, before, after: to }) => div('change',
    span('field clamp2', label(field)),
    span('', before && [el('del', {}, words(before)), el('span', { class: 'dim', 'aria-label': 'becomes', role: 'img' }, ' → ')], to ? el('ins', {}, words(to)) : el('ins', {}, 'nothing')));

  const draw = (row) => {
    const id = `row${row.row}`;
    const marks = [
      row.state && el('span', { class: `mark ${row.state === 'done' ? 'good' : 'bad'}` }, states[row.state] ?? row.state),
      row.new && span('mark', 'New'),
      row.final && span('mark bad', 'Final'),
      row.noWayBack && span('mark bad', 'No way back'),
      row.reaches && span('mark warn', 'Messages ', words(row.reaches)),
    ];
    const box = !plan.applied && el('input', {
      type: 'checkbox', id, checked: !out.has(row.row), disabled: busy,
      change: ({ target }) => { if (target.checked) out.delete(row.row); else out.add(row.row); target.closest('li').classList.toggle('out', !target.checked); buttons(); },
    });
    return el('li', { class: out.has(row.row) && !plan.applied ? 'out' : '' },
      box ? el('label', { class: 'tick', for: id }, box, span('away', `Row ${row.row}: ${row.title} ${row.what ?? ''}`)) : span('tick dim', row.row),
      div('grow',
        div('line', span('dim clamp1', row.title), row.what && words(row.what, { class: 'strong clamp1' }), ...marks),
        row.changes?.slice(0, 4).map(change),
        row.changes?.length > 4 && div('dim', `and ${row.changes.length - 4} more`),
        (row.why || row.note) && div('dim clamp2', words(row.why || row.note))));
  };

  const left = () => plan.counts.send - (plan.counts.done ?? 0) - [...out].length;
  const actions = div('actions');
  const problem = el('p', { class: 'problem clamp2', role: 'alert' });

  const buttons = () => {
    const n = left();
    const able = host.can('serverTools');
    actions.replaceChildren(...[
      !able && p('dim', 'This host shows the plan only: say in the chat what to do with it.'),
      able && !plan.applied && button(busy ? 'Applying…' : after?.verb ?? `Apply ${count(n, 'change')}`, apply, 'first', busy || n < 1),
      able && !plan.applied && button('Discard', discard, '', busy),
      able && plan.applied && plan.goesOn && button(busy ? 'Applying…' : 'Go on', apply, 'first', busy),
      able && plan.applied && plan.counts.undoable > 0 && button(`Plan the way back of ${plan.counts.undoable}`, undo, '', busy),
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
    show(h1('', 'Discarded'), p('', 'Nothing was sent.'), after && div('actions', button(after.label, after.go)));
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
    if (plan.applied) return [h1('', `Applied: ${summary()}`), plan.halted && p('dim', `Stopped: ${plan.halted}`)];
    return [
      h1('', send ? `${count(send, 'change')}, nothing sent yet` : 'Nothing to send'),
      p('dim clamp2',
        plan.messages === 'nobody' ? 'Messages nobody.' : ['Messages ', words(plan.messages), '.'],
        plan.final ? ` ${plan.final} cannot be taken back.` : send ? ' All of it can be taken back.' : '',
        idle ? ` ${count(idle, 'row')} would change nothing.` : '', refused ? ` ${count(refused, 'row')} refused.` : ''),
      plan.refused?.slice(0, 3).map(({ row, why }) => p('problem clamp2', `Row ${row}: `, words(why))),
    ];
  };

  const more = {
    left: () => plan.cursor !== undefined,
    get total() { return plan.counts.send; },
    load: async () => {
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
