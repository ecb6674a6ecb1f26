using System.CommandLine;
using Chain.Plugin;
using Chain.Testnet;

namespace Chain.Rules.Stake;

/// <summary>What `chain testnet up` takes for proof of stake.</summary>
internal sealed class StakeNetworkOptions : NetworkRuleOptions
{
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

    public override IReadOnlyList<Option> Options => [_validators, _slot, _slotsPerEpoch, _genesisDelay];

    public override RuleWishes Read(ParseResult parsed, IReadOnlyList<string> behave) => new StakeWishes
    {
        Validators = parsed.GetValue(_validators),
        SlotMs = (ulong)Durations.Parse(parsed.GetValue(_slot)!, allowNegative: false).TotalMilliseconds,
        SlotsPerEpoch = parsed.GetValue(_slotsPerEpoch),
        GenesisDelay = parsed.GetValue(_genesisDelay) is { } delay ? Durations.Parse(delay, allowNegative: false) : null,
        Behave = [.. behave.Select(BehaveWish.Parse)],
    };
}
