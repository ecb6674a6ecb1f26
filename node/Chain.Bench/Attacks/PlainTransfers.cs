using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Bench;

/// <summary>Plain transfers on a test network, and what its nodes know of them.</summary>
public static class PlainTransfers
{
    /// <summary>What honest transfers pay: wei a gas.</summary>
    public const ulong HonestTip = 1_000_000_000;

    public static UnsignedTransaction Unsigned(ulong nonce, Address to, UInt256 value, ulong tip = HonestTip) => new()
    {
        Type = TransactionType.DynamicFee,
        ChainId = TestnetPlan.ChainId,
        Nonce = nonce,
        MaxPriorityFeePerGas = tip,
        MaxFeePerGas = tip + 100_000_000_000,
        GasLimit = 21_000,
        To = to,
        Value = value,
    };

    public static Transaction Sign(PrivateKey key, UnsignedTransaction unsigned) =>
        unsigned.WithSignature(key.Sign(unsigned.SigningHash()));

    /// <exception cref="TestnetException">The node refuses it, or does not answer.</exception>
    public static Task SendAsync(NodeClient node, Transaction transaction, CancellationToken cancellation) =>
        node.AskAsync("eth_sendRawTransaction", [Hex.Encode(transaction.Encoded.Span)], cancellation);

    /// <summary>The account's next nonce, what waits in the node's pool included.</summary>
    public static async Task<ulong> NextNonceAsync(NodeClient node, Address account, CancellationToken cancellation) =>
        (await node.AskAsync("eth_getTransactionCount", [account.ToString(), "pending"], cancellation)).Number();

    /// <summary>Whether the node has it, in its pool or its chain.</summary>
    public static async Task<bool> IsKnownAsync(NodeClient node, Hash256 hash, CancellationToken cancellation) =>
        await node.TryAskAsync("eth_getTransactionByHash", [hash.ToString()], cancellation) is not null;
}
