using Chain.Consensus;
using Chain.Node;

namespace Chain.Network;

/// <summary>
/// Which capabilities two peers share and where each one's messages are numbered (devp2p, RLPx, "Message Contents"): the
/// highest shared version of each name, in alphabetical order, from 0x10 on.
/// </summary>
public sealed class MessageSpace
{
    public const string Eth = "eth";

    /// <summary>chain/1: peers tell each other addresses of peers, and their time.</summary>
    public const string Addresses = "chain";

    /// <summary>Numbers below this belong to the base protocol.</summary>
    public const int FirstId = 0x10;

    private readonly List<(Capability Capability, int Start, int Count)> _ranges = [];

    private readonly ConsensusCodec? _rule;

    private MessageSpace(ConsensusCodec? rule) => _rule = rule;

    /// <summary>The agreed eth version; null when none is shared.</summary>
    public int? EthVersion => Find(Eth) is { } range ? range.Capability.Version : null;

    /// <summary>Whether the consensus rule's own capability is shared.</summary>
    public bool HasRule => _rule is not null && Find(_rule.Capability) is not null;

    public bool HasAddresses => Find(Addresses) is not null;

    public IReadOnlyList<Capability> Shared => [.. _ranges.Select(range => range.Capability)];

    /// <param name="ours">What this side offers.</param>
    /// <param name="theirs">What the other side offers.</param>
    /// <param name="rule">The consensus rule's messages; null for a rule that has none.</param>
    public static MessageSpace Agree(IReadOnlyList<Capability> ours, IReadOnlyList<Capability> theirs, ConsensusCodec? rule)
    {
        var space = new MessageSpace(rule);
        var next = FirstId;
        var shared = ours.Intersect(theirs).GroupBy(capability => capability.Name).Select(group =>
            group.MaxBy(capability => capability.Version));
        foreach (var capability in shared.OrderBy(capability => capability.Name, StringComparer.Ordinal))
        {
            var count = space.CountOf(capability);
            space._ranges.Add((capability, next, count));
            next += count;
        }

        return space;
    }

    /// <summary>The number on the connection of a message; null when its capability is not shared.</summary>
    public int? NumberOf(WireCode code) =>
        code.Capability == WireCapability.Eth ? NumberOf(Eth, code.Id)
        : _rule is null ? null
        : NumberOf(_rule.Capability, code.Id);

    /// <summary>The number on the connection of a capability's message; null when the capability is not shared.</summary>
    public int? NumberOf(string name, int id) => Find(name) is { } range && id < range.Count ? range.Start + id : null;

    /// <summary>Whose message this number is; null when no shared capability has it.</summary>
    public (string Name, int Id)? Resolve(int number)
    {
        foreach (var (capability, start, count) in _ranges)
        {
            if (number >= start && number < start + count) return (capability.Name, number - start);
        }

        return null;
    }

    private int CountOf(Capability capability) => capability.Name switch
    {
        Eth => WireCodec.EthMessageCount(capability.Version),
        var name when name == _rule?.Capability => _rule.MessageCount,
        _ => AddressMessages.Count,
    };

    private (Capability Capability, int Start, int Count)? Find(string name)
    {
        foreach (var range in _ranges)
        {
            if (range.Capability.Name == name) return range;
        }

        return null;
    }
}
