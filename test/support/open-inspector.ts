import type { Browser, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { openPage } from './browser.ts';
import { SECRET } from './fake-engine.ts';
import { serveWorkspace, type Shown, type ShownWorkspace } from './shown-workspace.ts';

export type Opened = ShownWorkspace & { page: Page; troubles: string[] };

/** The page on a wide screen, unlocked, on a workspace as the test says. */
export async function openInspector(
  browser: Browser,
  shown: Partial<Shown>,
  prepare?: (page: Page) => Promise<void>,
): Promise<Opened> {
  const workspace = await serveWorkspace(shown);
  const { page, troubles } = await openPage(browser, { viewport: { width: 1440, height: 900 } });
  onTestFinished(() => page.context().close());
  await prepare?.(page);
  await page.goto(`${workspace.url}/inspect`);
  await unlock(page);
  return { ...workspace, page, troubles };
}

export async function unlock(page: Page): Promise<void> {
  await page.getByLabel('Secret').fill(SECRET);
  await page.getByRole('button', { name: 'Open' }).click();
  await page.getByText('Live', { exact: true }).waitFor();
  await page.locator('.composer').waitFor();
}
