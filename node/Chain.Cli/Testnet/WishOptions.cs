using System.CommandLine;
using Chain.Plugin;
using Chain.Rules;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>What `chain testnet up` asks of a new network. An option of another rule is refused, not passed over.</summary>
internal sealed class WishOptions
{
    private readonly List<(RulePlugin Rule, NetworkRuleOptions Options)> _rules =
        [.. KnownRules.All.Select(rule => (rule, rule.NewNetworkOptions()))];

    private readonly Option<string> _consensus = new("--consensus")
    {
        Description = $"The rule: {KnownRules.Names}",
        DefaultValueFactory = _ => KnownRules.All[0].Network.Name,
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
    private readonly Option<string[]> _behave = new("--behave")
    {
        Description = $"Who does wrong, so that people can see what becomes of it; may be repeated. "
            + string.Join("; ", KnownRules.All.Where(rule => rule.BehaveHelp is not null)
                .Select(rule => $"{rule.Network.Name}: {rule.BehaveHelp}")),
        DefaultValueFactory = _ => [],
    };

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { _consensus, _nodes, _rpcPort, _peerPort }) command.Add(option);
        foreach (var option in _rules.SelectMany(rule => rule.Options.Options)) command.Add(option);
        command.Add(_behave);
    }

    /// <exception cref="UsageException">An option that cannot be read, or that belongs to another rule.</exception>
    public TestnetWishes Read(ParseResult parsed)
    {
        var name = parsed.GetValue(_consensus)!;
        var asked = _rules.Find(rule => rule.Rule.Network.Name == name).Options
            ?? throw new UsageException($"--consensus {name} is not there; known are {KnownRules.Names}.");
        foreach (var (rule, options) in _rules.Where(rule => rule.Options != asked))
        {
            if (options.Options.FirstOrDefault(option => IsGiven(parsed, option)) is { } wrong)
                throw new UsageException($"{wrong.Name} means nothing under --consensus {name}; it goes with --consensus "
                    + $"{Named(rule)}.");
        }

        return new TestnetWishes
        {
            Nodes = parsed.GetValue(_nodes),
            RpcPort = parsed.GetValue(_rpcPort),
            PeerPort = parsed.GetValue(_peerPort),
            Rule = asked.Read(parsed, parsed.GetValue(_behave)!),
        };
    }

    /// <summary>A network that is there stays what it was made as.</summary>
    /// <exception cref="UsageException">Another rule or another number of nodes was asked for.</exception>
    public void CheckResumes(ParseResult parsed, TestnetRunner runner)
    {
        if (IsGiven(parsed, _consensus) && runner.Rule.Name != parsed.GetValue(_consensus))
            throw Other($"runs under {runner.Rule.Title}");
        if (IsGiven(parsed, _nodes) && parsed.GetValue(_nodes) != runner.Manifest.Nodes.Count)
            throw Other($"has {runner.Manifest.Nodes.Count} nodes");
    }

    private static string Named(RulePlugin rule) => $"{rule.Network.Name} ({rule.Network.Title})";

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static UsageException Other(string what) =>
        new($"The network in this folder {what}, as it was made. Another --dir makes another network; without these options "
            + $"this one is resumed.");
}
