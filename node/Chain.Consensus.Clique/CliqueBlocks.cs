using Chain.Primitives;

namespace Chain.Consensus.Clique;

/// <summary>The blocks of the fork choice by who sealed them.</summary>
internal sealed class CliqueBlocks(CliqueSnapshots snapshots, SealMemo seals, Func<Hash256, SealedHeader?> getHeader)
{
    /// <summary>
    /// How many blocks of one signer and number are taken unasked. An honest signer seals a number again when it has moved to
    /// another branch.
    /// </summary>
    public const int SiblingsTaken = 4;

    private readonly Dictionary<(ulong Number, Address Signer), int> _counts = [];

    /// <summary>Whether a block is sealed by a signer of this head, of which not too many siblings are here.</summary>
    public bool IsVouchedFor(SealedHeader header, SealedHeader head) =>
        seals.SignerOf(header) is { } signer
        && snapshots.Of(head) is { } snapshot && snapshot.IsSigner(signer)
        && _counts.GetValueOrDefault((header.Number, signer)) < SiblingsTaken;

    /// <summary>A block entered the fork choice.</summary>
    public void Count(SealedHeader header)
    {
        if (seals.SignerOf(header) is not { } signer) return;
        var key = (header.Number, signer);
        _counts[key] = _counts.GetValueOrDefault(key) + 1;
    }

    /// <summary>The fork choice holds these blocks only.</summary>
    public void Restart(IEnumerable<SealedHeader> headers)
    {
        _counts.Clear();
        foreach (var header in headers) Count(header);
    }

    /// <summary>How long ago the turn of a block's signer was, in blocks: (Hn - Vi) % Vt of EIP-3436; 0 for genesis.</summary>
    public ulong BlocksSinceTurn(SealedHeader header)
    {
        if (header.Number == 0) return 0;
        var parent = getHeader(header.ParentHash)
            ?? throw new InvalidOperationException($"The parent of {header} is not in the store.");
        var before = snapshots.Of(parent)
            ?? throw new InvalidOperationException($"The ancestors of {header} are not in the store.");
        return before.BlocksSinceTurn(seals.SignerOf(header)!.Value);
    }
}
