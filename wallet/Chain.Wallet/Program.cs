using Chain.Wallet;

return await WalletProgram.RunAsync(args, WalletHost.OfThisProcess());
