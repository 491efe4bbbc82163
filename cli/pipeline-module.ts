/** Where worker threads find the pipeline. They load JavaScript only: from the sources (tests) it is the built twin. */
export const pipelineModule = (): string =>
  import.meta.url.endsWith('.ts')
    ? new URL('../dist/program/pipeline.js', import.meta.url).href
    : new URL('../services/pipeline.js', import.meta.url).href;
