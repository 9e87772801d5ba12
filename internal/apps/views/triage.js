// The queue: one post at a time beside those that ask for the same, and what can be decided about it. What is chosen is collected; only a plan that is
// looked at and applied sends it.
const triage = (() => {
  let data, args = {}, at = 0;
  const chosen = new Map(); // by post: what is to be set

  /** The writes that the choices come to. */
  const changes = () => [...chosen].map(([postId, set]) => (set.reject
    ? { tool: 'delete_post', arguments: { postId } }
    : { tool: 'update_post', arguments: { postId, ...set } }));

  const choose = (post, name, value, was) => {
    const set = { ...chosen.get(post.id) };
    if (value === undefined || String(value) === String(was)) delete set[name]; else set[name] = value;
    if (Object.keys(set).length) chosen.set(post.id, set); else chosen.delete(post.id);
    bar();
  };

  const facts = (post) => [post.moderation && 'awaiting moderation', count(post.votes, 'vote'), post.comments > 0 && count(post.comments, 'comment'), post.age && `${post.age} old`].filter(Boolean).join(' · ');

  const select = (label, options, value, change, first) => el('label', { class: 'pick' }, span('dim', label),
    el('select', { change: ({ target }) => change(target.value || undefined) }, first && el('option', { value: '' }, first), options.map(({ id, name }) => el('option', { value: id, selected: id === value }, name))));

  const tags = (post) => {
    const now = chosen.get(post.id)?.tags ?? post.tags;
    const set = (next, focus) => {
      choose(post, 'tags', next, post.tags);
      const fresh = tags(post);
      app.querySelector('.tags').replaceWith(fresh);
      fresh.querySelector(focus)?.focus();
      squeeze();
    };
    const rest = data.tags.filter((tag) => !now.includes(tag));
    return div('tags',
      select('Tags', rest.map((tag) => ({ id: tag, name: tag })), '', (tag) => tag && set([...now, tag], 'select'), now.length ? 'Add a tag' : 'None; add a tag'),
      now.slice(0, 3).map((tag) => el('button', { type: 'button', class: 'small', 'aria-label': `Remove the tag ${tag}`, click: () => set(now.filter((other) => other !== tag), 'select') }, words(tag, { class: 'clamp1' }), ' ×')),
      now.length > 3 && span('dim', `+${now.length - 3}`));
  };

  const decision = (post) => {
    const set = chosen.get(post.id) ?? {};
    const pick = (name, on, label, kind) => el('button', {
      type: 'button', class: kind, 'aria-pressed': String(on),
      click: ({ currentTarget }) => {
        choose(post, name === 'approve' ? 'reject' : 'inReview', undefined);
        choose(post, name === 'approve' ? 'inReview' : 'reject', on ? undefined : name !== 'approve');
        const fresh = decision(post);
        currentTarget.parentNode.replaceWith(fresh);
        fresh.querySelector(`.${kind}`).focus();
      },
    }, label);
    return el('div', { class: 'actions', role: 'group', 'aria-label': 'Decision' },
      post.moderation && pick('approve', set.inReview === false, 'Approve', 'yes'),
      data.rejects && pick('reject', set.reject === true, post.moderation ? 'Reject' : 'Delete', 'no'));
  };

  const like = (post) => el('aside', { class: 'give5', 'aria-label': 'Posts like it' }, h2('', post.like?.length ? 'Like it' : 'Nothing like it'),
    post.like?.map((other) => div('card',
      div('clamp2', link(other.url, words(other.title))),
      div('dim clamp1 give4', `${Math.round(other.score * 100)} % · ${count(other.votes, 'vote')} · `, words(other.status)),
      other.text && p('clamp2 give1', words(other.text)))),
    post.more > 0 && p('dim give1', `and ${post.more} more`));

  const card = (post) => {
    const set = chosen.get(post.id) ?? {};
    const pick = (label, options, name, first) => select(label, options ?? [], set[name] ?? post[name], (id) => choose(post, name, id, post[name]), first);
    return [
      div('pair',
        el('article', { 'aria-label': `Post ${at + 1}` },
          el('h2', { class: 'clamp2', tabindex: '-1' }, link(post.url, words(post.title))),
          p('dim clamp1', facts(post)),
          p('dim clamp1 give2', words(post.about)),
          post.text && p('clamp3', words(post.text)),
          post.said && p('dim clamp2 give2', words(post.said)),
          post.signs?.length > 0 && p('problem clamp2', 'Signs: ', words(post.signs.join(', ')))),
        like(post)),
      data.plans ? div('picks',
        pick('Status', data.statuses, 'statusId'),
        pick('Board', data.boards, 'boardId'),
        pick('Assignee', data.admins, 'assigneeId', !post.assigneeId && 'Nobody'),
        tags(post), decision(post)) : p('dim', 'This server is not allowed to change posts.'),
    ];
  };

  const foot = el('footer', {});
  const bar = () => {
    const n = chosen.size;
    const move = (by) => async () => {
      at += by;
      if (at >= data.posts.length) await further();
      render();
      app.querySelector('h2')?.focus();
      announce(`Post ${at + 1} of ${data.waiting}`);
    };
    const last = at + 1 >= data.posts.length && !data.cursor;
    foot.replaceChildren(
      div('actions', data.plans && host.can('serverTools') && button(n ? `Look at the plan of ${count(n, 'change')}` : 'Nothing chosen yet', review, 'first', !n)),
      el('nav', { class: 'pager', 'aria-label': 'Posts' },
        button('Back', move(-1), 'small', !at),
        span('dim', `${at + 1} of ${data.whole ? '' : 'at least '}${data.waiting}`),
        button('Next', move(1), 'small', last)));
  };

  const further = async () => {
    const next = metaOf(await host.call('triage_queue', { ...args, cursor: data.cursor }), 'view') ?? { posts: [] };
    data.posts.push(...next.posts);
    data.cursor = next.cursor;
    at = Math.min(at, data.posts.length - 1);
  };

  const problem = el('p', { class: 'problem clamp2', role: 'alert' });
  const review = async ({ currentTarget }) => {
    currentTarget.disabled = true;
    problem.textContent = '';
    const back = { label: 'Back to the queue', go: () => { forget(); render(); } };
    try {
      const result = await host.call('plan_changes', { changes: changes() });
      const plan = metaOf(result, 'view');
      if (plan) planView.render(plan, back); else problem.textContent = textOf(result);
    } catch (error) {
      problem.textContent = `Nothing was sent: ${error.message}`;
    }
    currentTarget.disabled = false;
  };

  /** What a plan has applied is no choice any more. */
  const forget = () => {
    const done = planView.applied();
    if (!done) return;
    for (const [i, id] of [...chosen.keys()].entries()) {
      if (!done.has(i + 1)) continue;
      chosen.delete(id);
      data.posts = data.posts.filter((post) => post.id !== id);
      data.waiting--;
    }
    at = Math.max(0, Math.min(at, data.posts.length - 1));
  };

  const render = () => {
    refill = undefined;
    const post = data.posts[at];
    if (!post) return show(h1('', 'Nothing waits'), p('dim', 'No post waits for a decision.'));
    bar();
    show(h1('away', 'Triage'), card(post), problem, foot);
    squeeze();
    refill = squeeze;
  };

  return { render: (view, given) => { data = { ...view, posts: view.posts ?? [], tags: view.tags ?? [] }; args = given; at = 0; render(); } };
})();

begin('No queue', triage.render);
