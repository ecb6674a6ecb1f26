using System.CommandLine;
using Chain.Consensus;
using Chain.Primitives;
using Spectre.Console;

namespace Chain.Cli;

/// <summary>`chain genesis`: makes and checks genesis files.</summary>
internal static class GenesisCommands
{
    public static Command Create() => new("genesis", "Make and check genesis files") { New(), Check() };

    private static Command New()
    {
        var chainId = new Option<ulong>("--chain-id") { Description = "EIP-155 chain id", DefaultValueFactory = _ => 31337 };
        var blockTime = new Option<ulong>("--block-time") { Description = "Seconds between blocks, at least 2", DefaultValueFactory = _ => 2 };
        var difficulty = new Option<ulong>("--difficulty") { Description = "Difficulty of the first block, at least 65536", DefaultValueFactory = _ => 1_000_000 };
        var accounts = new Option<string[]>("--account") { Description = "ADDRESS=WEI, an account that exists from the start; may be repeated", DefaultValueFactory = _ => [] };
        var output = new Argument<FileInfo>("file") { Description = "The file to write; must not be there yet" };
        var command = new Command("new", "Write a proof-of-work genesis file") { chainId, blockTime, difficulty, accounts, output };
        command.SetAction((parsed, cancellation) => ChainProgram.GuardAsync(async () =>
        {
            var file = parsed.GetValue(output)!;
            if (file.Exists) throw new GenesisException($"{file.FullName} is there already; choose another name, nothing was written.");
            var text = GenesisTemplate.Write(parsed.GetValue(chainId), parsed.GetValue(blockTime), parsed.GetValue(difficulty), [.. parsed.GetValue(accounts)!.Select(ParseAccount)]);
            var genesis = ConsensusFactory.BuildGenesis(GenesisJson.Parse(text));
            await File.WriteAllTextAsync(file.FullName, text, cancellation);
            AnsiConsole.MarkupLine($"{Markup.Escape(file.FullName)}: genesis block {genesis.Block.Hash}");
            return ChainProgram.Ok;
        }));
        return command;
    }

    private static Command Check()
    {
        var input = new Argument<FileInfo>("file") { Description = "A genesis file" };
        var command = new Command("check", "Say what a genesis file describes, or what is wrong with it") { input };
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(() =>
        {
            var file = parsed.GetValue(input)!;
            var genesis = NodeCommands.ReadGenesis(file);
            var built = ConsensusFactory.BuildGenesis(genesis);
            AnsiConsole.MarkupLine($"chain id      {genesis.Spec.ChainId}");
            AnsiConsole.MarkupLine($"genesis block {built.Block.Hash}");
            AnsiConsole.MarkupLine($"state root    {built.Block.Header.Header.StateRoot}");
            AnsiConsole.MarkupLine($"accounts      {genesis.Alloc.Count}");
            if (genesis.Spec.Consensus is ProofOfWorkSettings work)
            {
                AnsiConsole.MarkupLine($"consensus     proof of work, seal {work.Seal}, difficulty {work.DifficultyRule}, from {genesis.Difficulty}");
                AnsiConsole.MarkupLine($"block time    {work.BlockTimeSeconds} s, reward {work.BlockReward} wei");
                AnsiConsole.MarkupLine($"depth         safe after {work.SafeDepth} blocks, final after {work.FinalizedDepth}");
            }

            return Task.FromResult(ChainProgram.Ok);
        }));
        return command;
    }

    private static KeyValuePair<Address, UInt256> ParseAccount(string text)
    {
        var parts = text.Split('=');
        return parts.Length == 2 && Address.TryParse(parts[0], out var address) && UInt256.TryParse(parts[1], out var wei)
            ? new(address, wei) : throw new GenesisException($"--account '{text}' is not ADDRESS=WEI.");
    }
}
