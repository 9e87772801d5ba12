// The page of plan_changes and apply_plan.
let asked;
host.on('tool-input', (params) => { asked = params?.arguments ?? {}; });
host.on('tool-cancelled', () => fallback('Cancelled', 'The call was cancelled; nothing is shown.'));
host.on('tool-result', async (result) => {
  const question = metaOf(result, 'confirm'), data = metaOf(result, 'view');
  if (data) planView.render(data);
  else if (question && !(asked?.planId && await planView.ask(question, asked.planId, asked))) confirmView.render(question);
  else if (!question) fallback('Plan', textOf(result));
});
host.start();
