console.log(`post begun=${process.env.STATE_begun}`);
