// A question about one call. Nothing goes out before the click.
const confirmView = (() => {
  const render = ({ token, title, text, expiresAt }) => {
    const lines = String(text).split('\n').filter(Boolean);
    const list = div('question'), bar = el('nav', { class: 'pager', 'aria-label': 'Pages' });
    const problem = el('p', { class: 'problem clamp2', role: 'alert' });
    const until = expiresAt && new Date(expiresAt);
    const decide = (approve) => async () => {
      actions.querySelectorAll('button').forEach((each) => { each.disabled = true; });
      try {
        const result = await host.call('confirm_call', { token, approve });
        const answer = textOf(result);
        refill = undefined;
        show(h1('', result.isError ? (approve ? 'It did not work' : 'Nothing was sent') : approve ? 'Done' : 'Nothing was sent'), p('plain clamp8', words(answer)));
        announce(approve && !result.isError ? 'Done' : answer);
        await host.inform(`In the panel, the user ${approve ? 'agreed' : 'said no'} to: ${title}. The answer was:\n${answer}`);
      } catch (error) {
        problem.textContent = approve ? `It is not known what became of it: ${error.message}` : 'Nothing was sent.';
      }
    };
    const actions = div('actions', button('Yes, do it', decide(true), 'danger'), button('No, send nothing', decide(false)));
    show(h1('', title || 'Do it?'), list, problem,
      until && p('dim', `Nothing was sent yet. This question ends at ${until.toLocaleTimeString(host.locale(), { hour: '2-digit', minute: '2-digit' })}.`),
      host.can('serverTools') ? el('footer', {}, actions, bar) : p('problem', 'This host cannot answer from a panel: nothing is sent.'));
    paged({ list, bar, rows: lines, draw: (line) => p('clamp8', words(line)), name: 'lines' });
  };
  return { render };
})();
