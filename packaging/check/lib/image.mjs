// Reads the image from its OCI layout.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundles } from './program.mjs';

const layout = join(bundles, 'image');

/** The file of a descriptor. */
export const blob = ({ digest }) => join(layout, 'blobs', digest.replace(':', '/'));

const read = (path) => JSON.parse(readFileSync(path, 'utf8'));

/** The image of each processor: its platform, its configuration and its layers. */
export const images = () => read(join(layout, 'index.json')).manifests.map(({ platform, ...descriptor }) => {
  const { config, layers } = read(blob(descriptor));
  return { platform, config: read(blob(config)), layers };
});
