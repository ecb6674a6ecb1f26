using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>Blocks that use the gas limit up, mined by the honest for a fee: heavy to answer with.</summary>
internal static class HeavyBlocks
{
    // As long as a transaction may be, of bytes that do not compress; some fourteen fill a block.
    private const int LongBytes = 127 * 1024;
    private const int Long = 30;

    // Without data; some fourteen hundred fill a block.
    private const int Plain = 4_000;
    private const ulong GasPerByte = 16;
    private const ulong IsHeavy = 20_000_000;

    /// <summary>Pays for blocks of long transactions and waits until they are in the chain; answers their hashes.</summary>
    public static Task<IReadOnlyList<Hash256>> OfLongAsync(AttackScene scene, CancellationToken cancellation) =>
        MakeAsync(scene, Long, LongBytes, cancellation);

    /// <summary>As above, of plain transfers: far larger in memory than encoded.</summary>
    public static Task<IReadOnlyList<Hash256>> OfPlainAsync(AttackScene scene, CancellationToken cancellation) =>
        MakeAsync(scene, Plain, 0, cancellation);

    private static async Task<IReadOnlyList<Hash256>> MakeAsync(
        AttackScene scene, int transactions, int bytes, CancellationToken cancellation)
    {
        using var node = scene.Network.Rpc(0);
        var first = await scene.Network.LeastHeightAsync(cancellation);
        var (key, random) = (DevelopmentAccounts.Keys[8], new Random(8));
        var nonce = await PlainTransfers.NextNonceAsync(node, key.Address, cancellation);
        for (var i = 0; i < transactions; i++)
        {
            var data = new byte[bytes];
            random.NextBytes(data);
            var unsigned = PlainTransfers.Unsigned(nonce + (ulong)i, key.Address, 0) with
            {
                Data = data,
                GasLimit = 21_000 + (GasPerByte * (ulong)bytes),
            };
            await PlainTransfers.SendAsync(node, PlainTransfers.Sign(key, unsigned), cancellation);
        }

        while (true)
        {
            var heavy = await FindAsync(node, first, await scene.Network.LeastHeightAsync(cancellation), cancellation);
            if (heavy.Count >= 2) return heavy;
            await Task.Delay(100, cancellation);
        }
    }

    private static async Task<List<Hash256>> FindAsync(NodeClient node, ulong first, ulong last, CancellationToken cancellation)
    {
        var heavy = new List<Hash256>();
        for (var number = first; number <= last; number++)
        {
            var block = await node.AskAsync("eth_getBlockByNumber", [Hex.Quantity(number), false], cancellation);
            if (block.Require("gasUsed").Number() >= IsHeavy) heavy.Add(block.Require("hash").Hash());
        }

        return heavy;
    }
}
