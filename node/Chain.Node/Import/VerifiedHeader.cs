using Chain.Consensus;
using Chain.Primitives;

namespace Chain.Node;

/// <summary>
/// A header whose seal is good and that follows the rules on top of its parent. Made only by <see cref="Verify"/>.
/// </summary>
public sealed class VerifiedHeader
{
    private VerifiedHeader(SealedHeader header) => Header = header;

    public SealedHeader Header { get; }

    /// <summary>Header rules first, then the seal: cheap before dear.</summary>
    public static Verdict<VerifiedHeader, HeaderError> Verify(IHeaderRules rules, SealedHeader header, SealedHeader parent,
        At now)
    {
        if (rules.CheckAgainstParent(header, parent, now) is { } error) return error;
        if (rules.CheckSeal(header) is { } sealError) return sealError;
        return new VerifiedHeader(header);
    }
}
