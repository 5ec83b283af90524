/** For tests with a real n8n or its engine: to search what they leave behind for secrets takes more than 5 s. */
jest.setTimeout(120_000);
