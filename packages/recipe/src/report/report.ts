import { rename, writeFile } from 'node:fs/promises'
import { StorageError } from '@sluice/pipeline'
import type { ReportData } from './data.ts'
import { html } from './markup.ts'
import { changesSection } from './section/changes.ts'
import { configSection } from './section/config.ts'
import { courseSection } from './section/course.ts'
import { headSection } from './section/head.ts'
import { insideSection } from './section/inside/inside.ts'
import { lossSection } from './section/loss.ts'
import { refiningSection } from './section/refining.ts'
import { samplesSection } from './section/samples.ts'
import { sourcesSection } from './section/sources.ts'
import { stagesSection } from './section/stages.ts'
import { style } from './style.ts'

/**
 * A run as one HTML document: no script, nothing loaded from elsewhere (which its own policy forbids), pictures drawn into
 * it. A browser-free chart library would bring more code than these few lines and dots.
 */
export function renderReport(run: ReportData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${run.name}</title>
<style>${{ markup: style }}</style>
</head>
<body>
<main>
${headSection(run)}
${lossSection(run)}
${courseSection(run)}
${samplesSection(run)}
${insideSection(run)}
${sourcesSection(run)}
${refiningSection(run)}
${stagesSection(run)}
${configSection(run)}
${changesSection(run)}
</main>
</body>
</html>
`.markup
}

/** Writes `renderReport` to a file, which is never seen half written. @throws StorageError */
export async function writeReport({ path, run }: { path: string; run: ReportData }): Promise<void> {
  try {
    await writeFile(`${path}.tmp`, renderReport(run))
    await rename(`${path}.tmp`, path)
  } catch (cause) {
    throw new StorageError(`the report could not be written: ${(cause as Error).message}`, { file: path, cause })
  }
}
