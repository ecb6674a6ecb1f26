using System.CommandLine;
using System.Globalization;
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
        RefuseForeign(parsed, name);
        return new TestnetWishes
        {
            Nodes = parsed.GetValue(_nodes),
            RpcPort = parsed.GetValue(_rpcPort),
            PeerPort = parsed.GetValue(_peerPort),
            Rule = asked.Read(parsed, parsed.GetValue(_behave)!),
            MadeWith = new SortedDictionary<string, string>(
                OnlyMaking(asked).ToDictionary(option => option.Name, option => TextOf(parsed, option)), StringComparer.Ordinal),
        };
    }

    /// <summary>A network that is there stays what it was made as.</summary>
    /// <exception cref="UsageException">An option asks for something else.</exception>
    public void CheckResumes(ParseResult parsed, TestnetRunner runner)
    {
        var manifest = runner.Manifest;
        if (IsGiven(parsed, _consensus) && runner.Rule.Name != parsed.GetValue(_consensus))
            throw Other(_consensus, $"runs under {runner.Rule.Title}");
        if (IsGiven(parsed, _nodes) && parsed.GetValue(_nodes) != manifest.Nodes.Count)
            throw Other(_nodes, manifest.Nodes.Count == 1 ? "has 1 node" : $"has {manifest.Nodes.Count} nodes");
        if (IsGiven(parsed, _rpcPort) && parsed.GetValue(_rpcPort) != manifest.Nodes[0].RpcPort)
            throw Other(_rpcPort, $"has its JSON-RPC ports from {manifest.Nodes[0].RpcPort} on");
        if (IsGiven(parsed, _peerPort) && parsed.GetValue(_peerPort) != manifest.Nodes[0].PeerPort)
            throw Other(_peerPort, $"has its peer ports from {manifest.Nodes[0].PeerPort} on");
        RefuseForeign(parsed, runner.Rule.Name);
        var own = _rules.Find(rule => rule.Rule.Network.Name == runner.Rule.Name).Options;
        foreach (var option in OnlyMaking(own).Where(option => IsGiven(parsed, option)))
        {
            if (manifest.MadeWith is not { } madeWith)
                throw Other(option, "was made by a version that did not note its options");
            var was = madeWith.GetValueOrDefault(option.Name, "");
            if (was != TextOf(parsed, option))
                throw Other(option, was.Length == 0 ? $"was made without {option.Name}" : $"was made with {option.Name} {was}");
        }
    }

    private void RefuseForeign(ParseResult parsed, string name)
    {
        foreach (var (rule, options) in _rules.Where(rule => rule.Rule.Network.Name != name))
        {
            if (options.Options.FirstOrDefault(option => IsGiven(parsed, option)) is { } wrong)
                throw new UsageException($"{wrong.Name} means nothing under --consensus {name}; it goes with --consensus "
                    + $"{Named(rule)}.");
        }
    }

    // What a network cannot be asked for once it is made, and what only its manifest tells.
    private IEnumerable<Option> OnlyMaking(NetworkRuleOptions rule) => rule.Options.Append(_behave);

    // As it was given, or the default as it would be; empty where there is neither.
    private static string TextOf(ParseResult parsed, Option option)
    {
        if (parsed.GetResult(option) is { Implicit: false } given)
            return string.Join(' ', given.Tokens.Select(token => token.Value));
        var value = option.HasDefaultValue ? option.GetDefaultValue() : null;
        return value is Array ? "" : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
    }

    private static string Named(RulePlugin rule) => $"{rule.Network.Name} ({rule.Network.Title})";

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static UsageException Other(Option option, string what) =>
        new($"The network in this folder {what}, and {option.Name} cannot change it. Another --dir makes another network; "
            + $"without {option.Name} this one is resumed.");
}
