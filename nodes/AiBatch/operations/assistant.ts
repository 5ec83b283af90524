import { serverOperation, type ServerResource, text } from '../serverCall';

const chat = serverOperation({
	operation: 'chat',
	name: 'Chat',
	action: 'Chat with the assistant',
	description: 'Ask the assistant',
	method: 'POST',
	path: '/api/assistant/chat',
	isPaid: true,
	fields: [
		text('message', 'Message', 'What to ask', { required: true }),
		text('context', 'Context', 'How experienced you are', { placeholder: 'e.g. beginner' }),
		text('preferredStyle', 'Preferred Style', 'The style of the suggestions', { placeholder: 'e.g. realistic' }),
	],
	body: ({ message, context, preferredStyle }) => ({ message, context, preferred_style: preferredStyle }),
});

const getSuggestions = serverOperation({
	operation: 'getSuggestions',
	name: 'Get Suggestions',
	action: 'Get suggestions of the assistant',
	description: 'Get suggestions of the assistant',
	method: 'GET',
	path: '/api/assistant/suggestions',
});

export const assistant: ServerResource = {
	value: 'assistant',
	name: 'Assistant',
	operations: [chat, getSuggestions],
};
