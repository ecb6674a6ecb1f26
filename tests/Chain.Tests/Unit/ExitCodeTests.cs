using Chain.Cli;

namespace Chain.Tests;

/// <summary>What scripts go by: the same numbers in chain, wallet and miner.</summary>
public sealed class ExitCodeTests
{
    [Theory]
    [InlineData(2, "testnet", "up", "--no-such-option")]
    [InlineData(2, "no-such-command")]
    [InlineData(2, "simulate", "--seeds", "many")]
    [InlineData(1, "genesis", "check", "no-such-file.json")]
    [InlineData(0, "simulate", "--help")]
    [InlineData(2, "testnet", "kill", "first")]
    [InlineData(2, "testnet", "watch", "--json")]
    [InlineData(1, "genesis", "new", "never-written.json", "--difficulty", "65535")]
    [InlineData(1, "genesis", "new", "never-written.json", "--account", "0x1111111111111111111111111111111111111111=1", "--account", "0x1111111111111111111111111111111111111111=2")]
    [InlineData(2, "node", "run", "--genesis", "no-such-file.json", "--data", "d", "--rpc-port", "65536")]
    public async Task Chain_tells_nonsense_from_refusal(int code, params string[] arguments) =>
        Assert.Equal(code, await ChainProgram.RunAsync(arguments));
}
