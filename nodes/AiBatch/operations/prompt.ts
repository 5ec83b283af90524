import { serverOperation, type ServerResource, text } from '../serverCall';

const getSuggestions = serverOperation({
	operation: 'getSuggestions',
	name: 'Get Suggestions',
	action: 'Get prompt suggestions',
	description: 'Get suggested prompts',
	method: 'GET',
	path: '/api/prompt-suggestions',
	fields: [
		text('category', 'Category', 'Only prompts of this category', { placeholder: 'e.g. landscape' }),
		text('style', 'Style', 'Only prompts in this style', { placeholder: 'e.g. realistic' }),
	],
	query: ({ category, style }) => ({ category, style }),
});

const analyze = serverOperation({
	operation: 'analyze',
	name: 'Analyze',
	action: 'Analyze a prompt',
	description: 'Rate the quality and the complexity of a prompt',
	method: 'POST',
	path: '/api/analyze-prompt',
	isPaid: true,
	fields: [text('prompt', 'Prompt', 'The prompt to rate', { required: true })],
	body: ({ prompt }) => ({ prompt }),
});

export const prompt: ServerResource = {
	value: 'prompt',
	name: 'Prompt',
	operations: [getSuggestions, analyze],
};
