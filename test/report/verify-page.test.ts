import assert from 'node:assert/strict';
import { test } from 'node:test';
import { phasesOf } from '../../src/report/html/rollouts.ts';
import { renderVerifyHtml } from '../../src/report/verify-html.ts';
import { type Browser, type Page, type View, withBrowser } from '../support/browser.ts';
import { toolsUnsupported } from '../support/debian-tools.ts';
import { badReport, emptyReport, goodReport, hostileReport } from './verify-reports.ts';

/** The page in a real browser. The pictures of it are for people: PICTURES=/folder writes them. */

const reports = { good: goodReport, bad: badReport, empty: emptyReport, hostile: hostileReport };
const views: Readonly<Record<string, View>> = {
  light: { width: 1200 },
  dark: { width: 1200, scheme: 'dark' },
  phone: { width: 360 },
  'dark phone': { width: 360, scheme: 'dark' },
  // Whoever has a dark screen prints on white paper all the same.
  paper: { width: 690, media: 'print', scheme: 'dark' },
};

const asIs = (text: string): string => text;
const reason = toolsUnsupported();
// In CI a green run always means that it ran.
const skip = reason !== undefined && !process.env.CI ? reason : false;

test('the page in a browser', { skip, timeout: 300_000 }, (context) =>
  withBrowser(async (browser) => {
    for (const [name, report] of Object.entries(reports)) {
      const source = renderVerifyHtml(report, asIs);
      for (const [look, view] of Object.entries(views)) {
        await context.test(`${name}, ${look}`, async () => {
          const page = await browser.open(source, view);
          assert.deepEqual(await overflowing(page), []);
          assert.deepEqual(await faint(page), []);
          assert.deepEqual(page.requests(), []);
          assert.deepEqual(page.problems(), []);
          if (process.env.PICTURES) await page.screenshot(`${process.env.PICTURES}/${name} ${look}.png`);
          await page.close();
        });
      }
    }
    await context.test('the drawing of the events has their figures', () => drawsSamples(browser));
    await context.test('the bars of the rollout are as long as its phases', () => drawsPhases(browser));
    await context.test('nothing in a text becomes an element', () => escapes(browser));
    await context.test('what these tests look for is found', () => findsFaults(browser));
  }),
);

/** What is wider than the page. */
function overflowing(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return ['the page', ...[...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > width)
      .map((element) => element.outerHTML.slice(0, 80))];
  })()`);
}

/** Texts whose contrast with what is behind them is less than 4.5, which is what people with weak eyes need. */
function faint(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const luminance = (colour) => channels(colour).slice(0, 3)
      .map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
      .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
      for (let at = element; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if (channels(colour)[3] !== 0) return colour;
      }
      return 'rgb(255, 255, 255)';
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
      const element = text.parentElement;
      if (!text.data.trim() || element.getClientRects().length === 0) continue;
      const style = getComputedStyle(element);
      const [a, b] = [element.closest('svg') ? style.fill : style.color, behind(element)].map(luminance);
      const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      if (contrast < 4.5) found.add(contrast.toFixed(1) + ' ' + text.data.trim().slice(0, 40));
    }
    return [...found];
  })()`);
}

/** Reads the figures back from where the points are, by the lines and labels of the axes. */
async function drawsSamples(browser: Browser): Promise<void> {
  for (const report of [goodReport, badReport]) {
    for (const width of [360, 1200]) {
      const page = await browser.open(renderVerifyHtml(report), { width });
      const drawn = await page.evaluate<readonly { readonly atMs: number; readonly count: number }[]>(`(() => {
        const chart = document.querySelector('.chart');
        const middle = (element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return { x: (left + right) / 2, y: (top + bottom) / 2 };
        };
        const scale = (marks, labels, axis, name) => {
          const places = [...chart.querySelectorAll(marks)].map((mark) => middle(mark)[axis]);
          const figures = [...chart.querySelectorAll(labels)].map((label) => Number(label.dataset[name]));
          const slope = (figures.at(-1) - figures[0]) / (places.at(-1) - places[0]);
          return (place) => figures[0] + (place - places[0]) * slope;
        };
        const atMs = scale('text.x', 'text.x', 'x', 'ms');
        const count = scale('.grid', 'text.y', 'y', 'count');
        return [...chart.querySelectorAll('.sample')].map(middle)
          .map(({ x, y }) => ({ atMs: atMs(x), count: count(y) }));
      })()`);
      const samples = report.events?.samples ?? [];
      assert.equal(drawn.length, samples.length);
      for (const [index, { atMs, count }] of samples.entries()) {
        const point = drawn[index];
        assert.ok(Math.abs((point?.atMs ?? NaN) - atMs) < 100, `${JSON.stringify(point)}, not ${atMs} ms`);
        assert.ok(Math.abs((point?.count ?? NaN) - count) < 0.1, `${JSON.stringify(point)}, not ${count}`);
      }
      await page.close();
    }
  }
}

async function drawsPhases(browser: Browser): Promise<void> {
  const page = await browser.open(renderVerifyHtml(goodReport), { width: 1200 });
  const drawn = await page.evaluate<Readonly<Record<string, readonly number[]>>>(`
    Object.fromEntries([...document.querySelectorAll('.rollout tbody tr')].map((row) => {
      const whole = row.querySelector('.phases').getBoundingClientRect().width;
      const bars = [...row.querySelectorAll('rect')].map((bar) => bar.getBoundingClientRect().width / whole);
      return [row.querySelector('th').textContent, bars];
    }))`);
  const wholeMs = 19_000;
  for (const timeline of goodReport.timelines) {
    const parts = phasesOf(timeline).map(({ fromMs, toMs = fromMs }) => (toMs - fromMs) / wholeMs);
    const bars = drawn[timeline.service] ?? [];
    assert.equal(bars.length, parts.length, timeline.service);
    for (const [index, part] of parts.entries()) {
      assert.ok(Math.abs((bars[index] ?? NaN) - part) < 0.002, `${timeline.service}: ${bars[index]}, not ${part}`);
    }
  }
  await page.close();
}

/** Two reports that differ in their texts only are made of the same elements. */
async function escapes(browser: Browser): Promise<void> {
  const kinds = `[...new Set([...document.querySelectorAll('*')].map(({ localName }) => localName))].sort()`;
  const [plain, hostile] = await Promise.all(
    [badReport, hostileReport].map(async (report) => {
      const page = await browser.open(renderVerifyHtml(report, asIs), { width: 1200 });
      return page.evaluate<readonly string[]>(kinds);
    }),
  );
  assert.deepEqual(hostile, plain);
}

async function findsFaults(browser: Browser): Promise<void> {
  const source = renderVerifyHtml(goodReport);
  const view = { width: 360 };
  const scripted = await browser.open(source.replace('<main>', '<main><script>document.title = 1</script>'), view);
  assert.match(scripted.problems().join(), /Content Security Policy/);
  const loading = await browser.open(source.replace('<main>', '<main><img src="http://127.0.0.1:9/x.png">'), view);
  assert.match(loading.problems().join(), /Content Security Policy/);
  const rigid = source.replace(/<meta http-equiv[^>]*>/, '').replace('anywhere', 'normal');
  const broken = await browser.open(rigid.replace('Passed</h1>', `${'w'.repeat(99)}</h1>`), view);
  assert.notDeepEqual(await overflowing(broken), []);
  const pale = await browser.open(rigid.replace('--soft: #59616c', '--soft: #a0a8b0'), view);
  assert.notDeepEqual(await faint(pale), []);
}
