/**
 * Preloaded into n8n by the soak: reports from inside the process what only the process knows, to requests on a
 * loopback port. It adds one server and one timer to what it counts, from the first to the last sample.
 */
const { isMainThread } = require('node:worker_threads');
const port = Number(process.env.SOAK_PROBE_PORT);

// Forked children would inherit the flag, and could not listen on the same port.
const flag = process.execArgv.findIndex((arg) => arg.endsWith('probe.cjs'));
if (flag !== -1) process.execArgv.splice(flag - 1, 2);

if (isMainThread && port > 0) {
	delete process.env.SOAK_PROBE_PORT;
	const { createServer } = require('node:http');
	const { monitorEventLoopDelay } = require('node:perf_hooks');
	const v8 = require('node:v8');
	v8.setFlagsFromString('--expose-gc');
	const collect = require('node:vm').runInNewContext('gc');
	const resolution = 10;
	let delay = monitorEventLoopDelay({ resolution });
	delay.enable();

	const counted = () => {
		const kinds = {};
		for (const kind of process.getActiveResourcesInfo()) kinds[kind] = (kinds[kind] ?? 0) + 1;
		return kinds;
	};

	/** Delays since the last sample, ms. The histogram counts the timer's interval, which is no delay. */
	const delays = () => {
		const late = (ns) => Math.max(0, ns / 1e6 - resolution);
		const seen = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
		delay.reset();
		return seen;
	};

	createServer((request, response) => {
		const answer = (body) => response.writeHead(200, { connection: 'close' }).end(JSON.stringify(body));
		if (request.url === '/snapshot') return answer({ file: v8.writeHeapSnapshot() });
		const seen = { delays: delays(), kinds: counted() };
		if (request.url !== '/collected') return answer(seen);
		// The collection itself blocks the event loop, and is the soak's own doing. The handle is replaced because a
		// histogram that is only switched off and on again counts the time between as a delay.
		delay.disable();
		collect();
		const { heapUsed, external, arrayBuffers } = process.memoryUsage();
		delay = monitorEventLoopDelay({ resolution });
		delay.enable();
		return answer({ ...seen, memory: { heapUsed, external, arrayBuffers } });
	})
		.listen(port, '127.0.0.1')
		.unref();
}
