using System.CommandLine;
using Chain.Rules.Stake;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>What `chain testnet up` asks of a new network. An option of the other rule is refused, not passed over.</summary>
internal sealed class WishOptions
{
    private readonly Option<string> _consensus = new("--consensus")
    {
        Description = "The rule: pow (proof of work) or pos (proof of stake)",
        DefaultValueFactory = _ => "pow",
    };
    private readonly Option<int> _nodes = new("--nodes") { Description = "How many nodes", DefaultValueFactory = _ => 4 };
    private readonly Option<int> _rpcPort = new("--rpc-port")
    {
        Description = "JSON-RPC port of the first node; the others follow",
        DefaultValueFactory = _ => 8545,
    };
    private readonly Option<int> _peerPort = new("--p2p-port")
    {
        Description = "Peer port of the first node; the others follow",
        DefaultValueFactory = _ => 30303,
    };
    private readonly Option<string> _blockTime = new("--block-time")
    {
        Description = "pow: the time between blocks that difficulty aims at, at least 2s",
        DefaultValueFactory = _ => "2s",
    };
    private readonly Option<double> _hashRate = new("--hash-rate")
    {
        Description = "pow: hashes a second of all nodes together",
        DefaultValueFactory = _ => 400_000,
    };
    private readonly Option<string?> _hashShare = new("--hash-share")
    {
        Description = "pow: each node's part of the hash rate, as 0.3,0.2,0.5; equal parts without",
    };
    private readonly Option<int> _validators = new("--validators")
    {
        Description = "pos: validators of 32 ether, spread evenly over the nodes in the order of the registry; at least one "
            + "for each slot of an epoch",
        DefaultValueFactory = _ => 16,
    };
    private readonly Option<string> _slot = new("--slot")
    {
        Description = "pos: the length of a slot, at least 100ms",
        DefaultValueFactory = _ => "2s",
    };
    private readonly Option<ulong> _slotsPerEpoch = new("--slots-per-epoch")
    {
        Description = "pos: slots of an epoch; with fewer than 6, `safe` mostly moves together with `finalized`",
        DefaultValueFactory = _ => 8,
    };
    private readonly Option<string?> _genesisDelay = new("--genesis-delay")
    {
        Description = "pos: how long from the making of the network to its genesis; if not given, as long as the nodes "
            + "probably take to start",
    };
    private readonly Option<string[]> _behave = new("--behave")
    {
        Description = $"pos: NODE=KIND, vN=KIND or vA-vB=KIND: all validators of a node, or some by their index, do wrong: "
            + $"{MisbehaviourNames.List}; may be repeated",
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _consensus, _nodes, _rpcPort, _peerPort, _blockTime, _hashRate, _hashShare,
            _validators, _slot, _slotsPerEpoch, _genesisDelay, _behave })
            command.Add(option);
    }

    /// <exception cref="UsageException">An option that cannot be read, or that belongs to the other rule.</exception>
    public TestnetWishes Read(ParseResult parsed)
    {
        var consensus = parsed.GetValue(_consensus);
        if (consensus is not ("pow" or "pos"))
            throw new UsageException($"--consensus {consensus} is not there; known are pow (proof of work) and pos (proof of "
                + $"stake).");
        var foreign = consensus == "pow"
            ? new Option[] { _validators, _slot, _slotsPerEpoch, _genesisDelay, _behave }
            : [_blockTime, _hashRate, _hashShare];
        if (Array.Find(foreign, option => IsGiven(parsed, option)) is { } wrong)
            throw new UsageException($"{wrong.Name} means nothing under --consensus "
                + $"{consensus}.{(consensus == "pow" ? " Say --consensus pos for proof of stake." : "")}");
        return new TestnetWishes
        {
            Nodes = parsed.GetValue(_nodes),
            BlockTimeSeconds = WholeSeconds(parsed.GetValue(_blockTime)!),
            RpcPort = parsed.GetValue(_rpcPort),
            PeerPort = parsed.GetValue(_peerPort),
            HashRate = parsed.GetValue(_hashRate),
            HashShares = parsed.GetValue(_hashShare) is { } shares ? ParseShares(shares) : null,
            Stake = consensus == "pow" ? null : new StakeWishes
            {
                Validators = parsed.GetValue(_validators),
                SlotMs = (ulong)Durations.Parse(parsed.GetValue(_slot)!, allowNegative: false).TotalMilliseconds,
                SlotsPerEpoch = parsed.GetValue(_slotsPerEpoch),
                GenesisDelay = parsed.GetValue(_genesisDelay) is { } delay ? Durations.Parse(delay, allowNegative: false) : null,
                Behave = [.. parsed.GetValue(_behave)!.Select(BehaveWish.Parse)],
            },
        };
    }

    /// <summary>A network that is there stays what it was made as.</summary>
    /// <exception cref="UsageException">Another rule or another number of nodes was asked for.</exception>
    public void CheckResumes(ParseResult parsed, TestnetManifest manifest)
    {
        var isStake = manifest.Stake is not null;
        if (IsGiven(parsed, _consensus) && isStake != (parsed.GetValue(_consensus) == "pos"))
            throw Other($"runs under {(isStake ? "proof of stake" : "proof of work")}");
        if (IsGiven(parsed, _nodes) && parsed.GetValue(_nodes) != manifest.Nodes.Count)
            throw Other($"has {manifest.Nodes.Count} nodes");
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static UsageException Other(string what) =>
        new($"The network in this folder {what}, as it was made. Another --dir makes another network; without these options "
            + $"this one is resumed.");

    private static ulong WholeSeconds(string text)
    {
        var time = Durations.Parse(text, allowNegative: false);
        return time.TotalSeconds >= 2 && time.Ticks % TimeSpan.TicksPerSecond == 0 ? (ulong)time.TotalSeconds
            : throw new UsageException($"--block-time {text}: under proof of work a block time is a whole number of seconds, "
                + $"at least 2s.");
    }

    private static double[] ParseShares(string text) =>
        [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => Durations.ParseRatio(part))];
}
