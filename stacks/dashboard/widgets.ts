/** The few kinds of widgets of a CloudWatch dashboard that are used here, as its JSON has them. */

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly stat: string;
  readonly label?: string;
  /** For expressions. */
  readonly id?: string;
  readonly hidden?: true;
}

export interface Expression {
  readonly expression: string;
  readonly label: string;
  readonly id?: string;
}

export interface Widget {
  readonly type: 'metric' | 'log' | 'text';
  readonly width: number;
  readonly height: number;
  readonly properties: Readonly<Record<string, unknown>>;
}

/** A dashboard is 24 units wide. */
export const DASHBOARD_WIDTH = 24;
const PERIOD_SECONDS = 60;
const HEIGHT = 6;

export interface GraphOptions {
  readonly title: string;
  readonly unit: string;
  readonly region: string;
  readonly width: number;
  readonly metrics: readonly (Metric | Expression)[];
  /** One figure in place of a curve. */
  readonly isNumber?: true;
}

export const graph = ({ title, unit, region, width, metrics, isNumber }: GraphOptions): Widget => ({
  type: 'metric',
  width,
  height: HEIGHT,
  properties: {
    title,
    region,
    view: isNumber ? 'singleValue' : 'timeSeries',
    period: PERIOD_SECONDS,
    metrics: metrics.map((metric) => ('expression' in metric ? expressionRow(metric) : metricRow(metric))),
    yAxis: { left: { min: 0, label: unit, showUnits: false } },
  },
});

const expressionRow = (expression: Expression): readonly unknown[] => [expression];

/** Namespace, name, dimensions in turn, then how it is shown. */
function metricRow({ namespace, name, dimensions, stat, label, id, hidden }: Metric): readonly unknown[] {
  const shown = {
    stat,
    ...(label ? { label } : {}),
    ...(id ? { id } : {}),
    ...(hidden ? { visible: false } : {}),
  };
  return [namespace, name, ...Object.entries(dimensions).flat(), shown];
}

/** A table of what a query over a log group finds. */
export const logTable = (title: string, region: string, logGroup: string, query: string): Widget => ({
  type: 'log',
  width: DASHBOARD_WIDTH,
  height: HEIGHT,
  properties: { title, region, view: 'table', query: `SOURCE '${logGroup}' | ${query}` },
});

export const heading = (markdown: string): Widget => ({
  type: 'text',
  width: DASHBOARD_WIDTH,
  height: 1,
  properties: { markdown, background: 'transparent' },
});

/** Left to right, and down where a row is full. */
export function arrange(
  widgets: readonly Widget[],
): readonly (Widget & { readonly x: number; readonly y: number })[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return widgets.map((widget) => {
    if (x + widget.width > DASHBOARD_WIDTH) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const placed = { ...widget, x, y };
    x += widget.width;
    rowHeight = Math.max(rowHeight, widget.height);
    return placed;
  });
}
