/** Tests that take long run in `npm run test:all` alone. */
export const runsAll = process.env.CLOUDREG_TEST_ALL === '1';
