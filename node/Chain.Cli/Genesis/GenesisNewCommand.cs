using System.CommandLine;
using System.Text;
using Chain.Consensus;
using Chain.Consensus.Stake;
using Chain.Consensus.Work;
using Chain.Plugin;
using Chain.Primitives;
using Chain.Rules;
using Chain.Rules.Stake;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>`chain genesis new`: a genesis file for either rule, and for proof of stake its validators' keys.</summary>
internal static class GenesisNewCommand
{
    private const int MaxValidators = 4096;

    private static readonly Argument<FileInfo> Output = new("file") { Description = "The file to write; must not be there yet" };
    private static readonly Option<string> Consensus = new("--consensus")
    {
        Description = "The rule: pow or pos",
        DefaultValueFactory = _ => "pow",
    };
    private static readonly Option<ulong> ChainId = new("--chain-id")
    {
        Description = "EIP-155 chain id",
        DefaultValueFactory = _ => 31337,
    };
    private static readonly Option<string[]> Accounts = new("--account")
    {
        Description = "ADDRESS=WEI, an account that exists from the start; may be repeated",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<ulong> BlockTime = new("--block-time")
    {
        Description = "pow: seconds between blocks, at least 2",
        DefaultValueFactory = _ => 2,
    };
    private static readonly Option<ulong> Difficulty = new("--difficulty")
    {
        Description = "pow: difficulty of the first block, at least 65536",
        DefaultValueFactory = _ => 1_000_000,
    };

    private static readonly Option<int> Validators = new("--validators")
    {
        Description = "pos: validators with 32 ether each; at least as many as slots in an epoch",
        DefaultValueFactory = _ => 16,
    };
    private static readonly Option<string> Slot = new("--slot")
    {
        Description = "pos: the length of a slot, at least 100ms",
        DefaultValueFactory = _ => "2s",
    };
    private static readonly Option<ulong> SlotsPerEpoch = new("--slots-per-epoch")
    {
        Description = "pos: slots in an epoch, at least 2",
        DefaultValueFactory = _ => 8,
    };
    private static readonly Option<DirectoryInfo?> Keys = new("--keys")
    {
        Description = "pos: the folder for the validators' private keys, without keys so far; a node reads them from "
            + "`validators` in its data folder. Needed unless --seed is given",
    };
    private static readonly Option<string?> Seed = new("--seed")
    {
        Description =
            "pos: derive the keys from this text instead of drawing them. For lessons: who knows the text can sign with them",
    };

    private static readonly Option[] ForWork = [BlockTime, Difficulty];
    private static readonly Option[] ForStake = [Validators, Slot, SlotsPerEpoch, Keys, Seed];

    public static Command Create()
    {
        var command = new Command("new", "Write a genesis file whose chain begins now") { Consensus, ChainId, Accounts, BlockTime,
            Difficulty, Validators, Slot, SlotsPerEpoch, Keys, Seed, Output };
        command.SetAction((parsed, _) => ChainProgram.GuardAsync(parsed, () =>
        {
            var file = parsed.GetValue(Output)!;
            if (Directory.Exists(file.FullName)) throw new GenesisException($"{file.FullName} is a folder; name a file.");
            if (file.Directory is { Exists: false } folder)
                throw new GenesisException($"There is no folder {folder.FullName} for the file; make it first.");
            var (text, secrets) = parsed.GetValue(Consensus) switch
            {
                "pow" => (Work(parsed), Array.Empty<ValidatorSecret>()),
                "pos" => Stake(parsed),
                var other => throw new UsageException($"--consensus '{other}' is not known; known are pow and pos."),
            };
            var genesis = Check(text);
            var keys = parsed.GetValue(Keys);
            WholeFile.Write(file.FullName, stream =>
            {
                // Before the keys, whose folder is refused once they are in it: after a full disk the same command can be given
                // again.
                stream.Write(Encoding.UTF8.GetBytes(text));
                stream.Flush();
                if (keys is null || secrets.Length == 0) return;
                SaveKeys(keys.FullName, secrets, ConsensusFactory.BuildGenesis(genesis).Block.Hash);
            });
            if (keys is null) GenesisCommands.Describe(parsed, file.FullName, genesis);
            else GenesisCommands.Describe(parsed, file.FullName, genesis, KeyFacts(keys.FullName));
            return Task.FromResult(ChainProgram.Ok);
        }));
        return command;
    }

    private static string Work(ParseResult parsed)
    {
        Refuse(parsed, ForStake, "pos");
        if (parsed.GetValue(Difficulty) < Asert.MinimumDifficulty)
            throw new UsageException($"--difficulty is {parsed.GetValue(Difficulty)}; it must be at least "
                + $"{Asert.MinimumDifficulty}, the least that later blocks have.");
        return GenesisTemplate.Write(parsed.GetValue(ChainId), parsed.GetValue(BlockTime), parsed.GetValue(Difficulty),
            ParseAccounts(parsed));
    }

    private static (string Text, ValidatorSecret[] Secrets) Stake(ParseResult parsed)
    {
        Refuse(parsed, ForWork, "pow");
        var (count, seed) = (parsed.GetValue(Validators), parsed.GetValue(Seed));
        if (count is < 1 or > MaxValidators)
            throw new UsageException($"--validators is {count}; it must be from 1 to {MaxValidators}.");
        if (seed is null && parsed.GetValue(Keys) is null)
            throw new UsageException("Without --keys FOLDER the validators' keys would be lost. Give a folder for them, or a "
                + "--seed from which they can be derived again.");
        if (seed is { Length: 0 }) throw new UsageException("--seed is empty; give a text.");
        var secrets = new ValidatorSecret[count];
        for (var i = 0; i < count; i++)
            secrets[i] = new ValidatorSecret(seed is null ? ValidatorKeys.Draw() : SeededValidators.KeyOf(seed, i));
        var slot = (ulong)Durations.Parse(parsed.GetValue(Slot)!, allowNegative: false).TotalMilliseconds;
        return (GenesisTemplate.WriteStake(parsed.GetValue(ChainId), slot, parsed.GetValue(SlotsPerEpoch), secrets,
            ParseAccounts(parsed)), secrets);
    }

    // Whatever is wrong with it comes from the command line.
    private static GenesisFile Check(string text)
    {
        try
        {
            var genesis = KnownRules.Genesis.Parse(text);
            ConsensusFactory.BuildGenesis(genesis);
            return genesis;
        }
        catch (GenesisException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static void SaveKeys(string folder, ValidatorSecret[] secrets, Hash256 genesis)
    {
        if (!ValidatorKeys.Create(folder, [.. secrets.Select(secret => secret.PrivateKey)]).IsOk(out _, out var error))
            throw new GenesisException($"{error} No genesis file was written.");
        if (HistoryBeside(folder) is not { } path) return;
        using var history = SigningHistory.Open(path, genesis);
        history.RegisterNew([.. secrets.Select(secret => secret.Key)]);
    }

    /// <summary>The signing history of the data folder that holds the keys; null where nodes are yet to get them.</summary>
    private static string? HistoryBeside(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(folder);
        if (Path.GetFileName(path) != ValidatorKeys.FolderName) return null;
        return Path.Combine(Path.GetDirectoryName(path)!, SigningHistory.FileName);
    }

    private static GenesisFact[] KeyFacts(string folder) =>
    [
        new("keys", "keys", folder),
        HistoryBeside(folder) is { } path
            ? new("history", "signingHistory", path)
            : new("history", "signingHistory", null, "none: start nodes that get these keys once with --new-signing-history"),
    ];

    private static void Refuse(ParseResult parsed, Option[] options, string rule)
    {
        foreach (var option in options)
        {
            if (parsed.GetResult(option) is { Implicit: false })
                throw new UsageException($"{option.Name} is for --consensus {rule} only.");
        }
    }

    private static List<KeyValuePair<Address, UInt256>> ParseAccounts(ParseResult parsed)
    {
        List<KeyValuePair<Address, UInt256>> accounts = [.. parsed.GetValue(Accounts)!.Select(ParseAccount)];
        var twice = accounts.GroupBy(account => account.Key).FirstOrDefault(group => group.Count() > 1);
        return twice is null ? accounts : throw new UsageException($"--account names {twice.Key} more than once.");
    }

    private static KeyValuePair<Address, UInt256> ParseAccount(string text)
    {
        var parts = text.Split('=');
        return parts.Length == 2 && Address.TryParse(parts[0], out var address) && UInt256.TryParse(parts[1], out var wei)
            ? new(address, wei) : throw new UsageException($"--account '{text}' is not ADDRESS=WEI.");
    }
}
