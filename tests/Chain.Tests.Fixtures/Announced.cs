using Chain.Node;
using Chain.Primitives;

namespace Chain.Tests;

/// <summary>Announcements of transactions, and what a core made of them.</summary>
internal static class Announced
{
    public static WireMessage.NewPooledTransactionHashes Of(params IEnumerable<RecoveredTransaction> transactions)
    {
        Transaction[] items = [.. transactions.Select(transaction => transaction.Transaction)];
        return new(
            [.. items.Select(item => (byte)item.Type)],
            [.. items.Select(item => item.Encoded.Length)],
            [.. items.Select(item => item.Hash)]);
    }

    /// <summary>Hashes of transactions that do not exist.</summary>
    public static WireMessage.NewPooledTransactionHashes Bogus(int first, int count)
    {
        Hash256[] hashes = [.. Enumerable.Range(first, count).Select(i => Keccak256.Hash(BitConverter.GetBytes(i)))];
        return new([.. hashes.Select(_ => (byte)2)], [.. hashes.Select(_ => 120)], hashes);
    }

    /// <summary>The requests for transactions that a peer was sent since it was last asked what it heard.</summary>
    public static List<WireMessage.GetPooledTransactions> HearRequests(this CoreScene scene, PeerId peer) =>
        [.. scene.Hear(peer).OfType<WireMessage.GetPooledTransactions>()];

    public static List<Hash256> HearAsked(this CoreScene scene, PeerId peer) =>
        [.. scene.HearRequests(peer).SelectMany(request => request.Hashes)];

    public static List<Hash256> HearAnnounced(this CoreScene scene, PeerId peer) =>
        [.. scene.Hear(peer).OfType<WireMessage.NewPooledTransactionHashes>().SelectMany(message => message.Hashes)];
}
