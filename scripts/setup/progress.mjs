const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const plainEveryMs = 20_000;

/** Shows that a long step is running: on a terminal a spinner with the seconds, otherwise plain lines. */
export async function withProgress(title, work, out = process.stdout) {
	const started = Date.now();
	const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`;
	const stop = out.isTTY ? spin(title, elapsed, out) : report(title, elapsed, out);
	try {
		const result = await work();
		stop();
		out.write(`✓ ${title} (${elapsed()})\n`);
		return result;
	} catch (error) {
		stop();
		out.write(`✗ ${title} (${elapsed()})\n`);
		throw error;
	}
}

function spin(title, elapsed, out) {
	let frame = 0;
	const timer = setInterval(() => {
		frame = (frame + 1) % frames.length;
		out.write(`\r\x1b[K${frames[frame]} ${title} … ${elapsed()}`);
	}, 100);
	return () => {
		clearInterval(timer);
		out.write('\r\x1b[K');
	};
}

function report(title, elapsed, out) {
	out.write(`${title} …\n`);
	const timer = setInterval(() => out.write(`  ${title} … ${elapsed()}\n`), plainEveryMs);
	return () => clearInterval(timer);
}
