// A conversation: its messages, the newest first, notes of the team apart, and beside them a reply that becomes a plan of one.
const conversation = (() => {
  let data, draft = '', type = 'reply', admin = '';

  const sides = { customer: 'Customer', team: 'Team', bot: 'Bot' };

  /** A time as the host's user reads it, or as it came. */
  const when = (at) => {
    const time = new Date(at);
    return Number.isNaN(time.getTime()) ? at : time.toLocaleString(host.locale(), { dateStyle: 'medium', timeStyle: 'short' });
  };

  /** Cuts a text into pieces that fit into the panel, at spaces where there are some. Wide letters take two places. */
  const pieces = (text) => {
    const room = innerWidth < 520 ? 110 : 300, list = [];
    let piece = '', taken = 0;
    for (const letter of text) {
      piece += letter;
      taken += letter === '\n' ? 40 : letter > '\u2e80' ? 2 : 1;
      if (taken < room && (taken < room * 0.8 || !/\s/.test(letter))) continue;
      list.push(piece);
      [piece, taken] = ['', 0];
    }
    return piece.trim() || !list.length ? [...list, piece || '(no text)'] : list;
  };
  const rows = () => data.messages.flatMap((message) => pieces(message.text).map((text, part) => ({ ...message, text, part })));

  const draw = (row) => el('li', { class: `message ${row.note ? 'note' : row.who}` }, div('grow',
    row.part ? div('dim', 'continued') : div('line',
      span('mark', row.note ? 'Internal note' : sides[row.who] ?? row.who), row.name && words(row.name, { class: 'strong clamp1' }), span('dim clamp1', when(row.at))),
    p('plain', words(row.text)),
    row.left && !row.part && p('problem clamp1', row.left)));

  const problem = el('p', { class: 'problem clamp2', role: 'alert' });

  const review = async ({ currentTarget }) => {
    if (!draft.trim()) { problem.textContent = 'Write something first.'; return; }
    currentTarget.disabled = true;
    problem.textContent = '';
    const args = { conversationId: String(data.id), type: 'admin', messageType: type, bodyMarkdown: draft, ...(admin && { id: admin }) };
    try {
      const result = await host.call('plan_changes', { changes: [{ tool: 'reply_to_conversation', arguments: args }] });
      const plan = metaOf(result, 'view');
      if (plan?.planId) {
        planView.render(plan, { verb: type === 'note' ? 'Add the note' : 'Send', label: 'Back to the conversation', go: () => { if (planView.applied()?.size) draft = ''; render(); } });
      } else {
        problem.textContent = plan?.refused?.[0]?.why ?? textOf(result);
      }
    } catch (error) {
      problem.textContent = `Nothing was sent: ${error.message}`;
    }
    currentTarget.disabled = false;
  };

  const ask = () => host.say(`Draft an answer to conversation ${data.id}, and plan it with plan_changes so that I can look at it. Do not send it.`)
    .then(() => announce('The assistant was asked for a draft'), () => { problem.textContent = 'The host did not take the message.'; });

  const pick = (label, options, value, change) => el('label', { class: 'pick' }, span('dim', label),
    el('select', { change: ({ target }) => change(target.value) }, options.map(({ id, name }) => el('option', { value: id, selected: id === value }, name))));

  const answer = () => el('aside', { 'aria-label': 'Your answer' },
    el('label', {}, span('dim', 'Your answer, in Markdown'), el('textarea', { rows: 5, input: ({ target }) => { draft = target.value; } }, draft)),
    div('picks',
      pick('Goes', [{ id: 'reply', name: 'to the customer' }, { id: 'note', name: 'to the team, as a note' }], type, (value) => { type = value; }),
      !data.acting && data.admins?.length > 0 && pick('From', data.admins, admin, (value) => { admin = value; })),
    div('actions', button('Look at it', review, 'first'), host.can('message') && button('Ask for a draft', ask)));

  const render = () => {
    const list = el('ol', { class: 'rows', 'aria-label': 'Messages, the newest first' }), bar = el('nav', { class: 'pager', 'aria-label': 'Pages' });
    const able = data.plans && host.can('serverTools');
    refill = undefined;
    show(
      h1('clamp1', words(data.title || `Conversation ${data.id}`)),
      p('dim clamp2', `${data.state} · `, words(data.waiting)),
      el('div', { class: able ? 'pair thread' : '' }, div('', list, bar), able && answer()),
      problem, data.older > 0 && p('dim', `${count(data.older, 'older message')} in Featurebase.`));
    paged({ list, bar, rows: rows(), draw, name: 'part' });
  };

  return { render: (view) => { data = { ...view, messages: view.messages ?? [] }; admin = data.acting ? '' : data.admin || data.admins?.[0]?.id || ''; render(); } };
})();

begin('No conversation', conversation.render);
