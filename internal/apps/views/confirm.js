// The page of single calls that may need a yes.
host.on('tool-cancelled', () => fallback('Cancelled', 'The call was cancelled.'));
host.on('tool-result', (result) => {
  const question = metaOf(result, 'confirm');
  if (question) confirmView.render(question);
  else fallback(result.isError ? 'Not done' : 'Done', textOf(result));
});
host.start();
