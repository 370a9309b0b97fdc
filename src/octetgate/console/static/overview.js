// The overview's charts: what the server has counted, step by step, asked for while it is seen.

import uPlot from "./vendor/uplot.js";

const charts = document.querySelector("[data-charts]");
const SECONDS = Number(charts.dataset.seconds);
const SHOWN_SECONDS = 600;
const LEAST_SECONDS = 60;
const filters = Object.fromEntries(
  [...document.querySelectorAll("[data-filter]")].map((each) => [each.dataset.filter, each]),
);

const plain = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(1));
const milliseconds = (value) => `${plain(value)} ms`;
const bytes = (value) => {
  const units = ["B", "KiB", "MiB", "GiB"];
  const at = value < 1 ? 0 : Math.min(3, Math.floor(Math.log2(value) / 10));
  return `${plain(value / 1024 ** at)} ${units[at]}/s`;
};

const short = (value) => (value >= 1e6 ? `${value / 1e6} M` : value >= 1e3 ? `${value / 1e3} k` : `${value}`);
const clock = (moment) => new Date(moment * 1000).toISOString().slice(11, 19);

// What each chart draws: member of a step, words, colour, and how a value reads.
const LINES = {
  calls: [
    ["good", "answered", "good", plain],
    ["refused", "4XX", "warn", plain],
    ["failed", "5XX", "bad", plain],
    ["left", "client left", "quiet", plain],
  ],
  latency: [
    ["p50", "half within", "accent", milliseconds],
    ["p95", "95 % within", "warn", milliseconds],
    ["integration", "integration, 95 % within", "code-name", milliseconds],
  ],
  bytes: [
    ["received", "received", "accent", bytes],
    ["sent", "sent", "code-name", bytes],
  ],
  cache: [["hits", "hits", "accent", (value) => `${plain(value)} %`]],
  invocations: [
    ["invocations", "calls", "accent", plain],
    ["errors", "errors and throttles", "bad", plain],
  ],
  durations: [
    ["duration50", "half within", "accent", milliseconds],
    ["duration95", "95 % within", "warn", milliseconds],
  ],
};

/** Return a property of the style sheet as a colour that a canvas takes. */
function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  charts.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.lines = LINES[figure.dataset.chart];
    this.canvas = figure.querySelector(".overview-canvas");
    this.legend = figure.querySelector("[data-legend]");
    this.make();
    new ResizeObserver(() => this.plot.setSize(this.size())).observe(this.canvas);
  }

  size() {
    return { width: this.canvas.clientWidth, height: 150 };
  }

  make() {
    this.plot?.destroy();
    const axis = { stroke: colour("quiet"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
    this.plot = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        scales: { y: { range: (_, low, high) => [0, Math.max(high ?? 0, 1) * 1.05] } },
        axes: [
          { ...axis, values: (_, moments) => moments.map(clock) },
          { ...axis, size: 56, values: (_, values) => values.map(short) },
        ],
        series: [
          {},
          ...this.lines.map(([, , name]) => ({ stroke: colour(name), width: 2, points: { show: false }, spanGaps: true })),
        ],
      },
      [[], ...this.lines.map(() => [])],
      this.canvas,
    );
  }

  draw(steps, now) {
    const columns = this.lines.map(([member]) => steps.map((step) => step[member]));
    this.plot.setData([steps.map((step) => step.time), ...columns], false);
    const begins = Math.min(steps[0]?.time ?? now, now - LEAST_SECONDS);
    this.plot.setScale("x", { min: begins, max: now });
    const said = this.lines.map(([member, words, name, read]) => {
      const value = steps.findLast((step) => step[member] !== null)?.[member];
      const part = document.createElement("span");
      part.className = `overview-key overview-${name}`;
      part.textContent = `${words} ${value === undefined ? "–" : read(value)}`;
      return part;
    });
    this.legend.replaceChildren(...said);
  }
}

const drawn = [...charts.querySelectorAll("[data-chart]")].map((figure) => new Chart(figure));
let steps = [];
let asked = 0;

/** Ask for what was counted since, and draw it. */
async function follow() {
  if (document.visibilityState === "visible") {
    const turn = asked;
    const api = filters.api.value + (filters.api.value && filters.stage.value ? `/${filters.stage.value}` : "");
    const query = new URLSearchParams({ since: steps.at(-1)?.time ?? 0, api, function: filters.function.value });
    try {
      const answer = await fetch(`/overview/numbers?${query}`);
      const more = answer.ok ? await answer.json() : [];
      if (turn === asked) {
        const now = Date.now() / 1000;
        steps = [...steps, ...more].filter((step) => step.time > now - SHOWN_SECONDS);
        drawn.forEach((chart) => chart.draw(steps, now));
        charts.dataset.steps = steps.length;
      }
    } catch {
      // The server is away; the next turn asks again.
    }
  }
}

function beginAnew() {
  asked += 1;
  steps = [];
  filters.stage.disabled = !filters.api.value;
  follow();
}

Object.values(filters).forEach((each) => each.addEventListener("input", beginAnew));
new MutationObserver(() => {
  drawn.forEach((chart) => chart.make());
  drawn.forEach((chart) => chart.draw(steps, Date.now() / 1000));
}).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
setInterval(follow, SECONDS * 1000);
beginAnew();
