/**
 * Checks before a release what would be seen only after it:
 *
 *   node scripts/release/checkVersion.cjs v1.2.3 owner/repository
 *
 * The tag is the version of package.json, the changelog has it, and `repository` names the repository that publishes.
 * npm refuses a provenance statement of another repository.
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..', '..');

/** Everything that is wrong, one sentence each. */
function problemsOf({ tag, repository, manifest, changelog }) {
	const { version, repository: named } = manifest;
	const url = typeof named === 'string' ? named : (named?.url ?? '');
	return [
		tag !== `v${version}` && `The tag ${tag} is not the version ${version} of package.json.`,
		!changelog.split('\n').includes(`## ${version}`) && `CHANGELOG.md has no heading "## ${version}".`,
		!url.includes(`github.com/${repository}`) &&
			`"repository" in package.json is "${url}". It must be https://github.com/${repository}.`,
	].filter(Boolean);
}

module.exports = { problemsOf };

if (require.main === module) {
	const [tag = '', repository = ''] = process.argv.slice(2);
	const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	const changelog = readFileSync(join(root, 'CHANGELOG.md'), 'utf8');
	const problems = problemsOf({ tag, repository, manifest, changelog });
	for (const problem of problems) console.error(problem);
	process.exitCode = problems.length > 0 ? 1 : 0;
}
