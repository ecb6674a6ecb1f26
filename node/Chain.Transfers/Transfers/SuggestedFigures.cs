using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>Refuses figures of a node that no honest node would give, with the figure, before anything is made of them.</summary>
public static class SuggestedFigures
{
    // An ether per gas: a thousand million times what is usual. Twice this and any gas limit fit in 256 bits.
    private static readonly UInt256 MaxPrice = 1_000_000_000_000_000_000;
    private const ulong MaxNonce = 1UL << 40;

    // What any transaction costs before its first byte of data.
    private const ulong MinGas = 21_000;

    /// <summary>A price per gas.</summary>
    /// <param name="what">Its name, such as "priority fee".</param>
    /// <param name="price">Wei per gas.</param>
    /// <param name="node">Who gave it.</param>
    /// <exception cref="UnexpectedAnswerException">It is absurd.</exception>
    public static UInt256 Price(string what, UInt256 price, Uri node) => price <= MaxPrice
        ? price
        : throw new UnexpectedAnswerException($"The node at {node} gives a {what} of {Amount.InEther(price)} per gas, which "
            + "no chain charges. Nothing was signed; ask another node.");

    /// <summary>A gas limit that a node estimated.</summary>
    /// <exception cref="UnexpectedAnswerException">No transaction needs so little, or no block could hold it.</exception>
    public static ulong Gas(ulong estimate, ulong? blockGasLimit, Uri node)
    {
        var problem = estimate < MinGas ? $"less than the {MinGas} of any transaction"
            : blockGasLimit is { } limit && estimate > limit ? $"more than the {limit} of a whole block"
            : null;
        return problem is null ? estimate : throw new UnexpectedAnswerException($"The node at {node} estimates {estimate} gas, "
            + $"{problem}. Nothing was signed; give the gas limit yourself, or ask another node.");
    }

    /// <summary>An account's nonce.</summary>
    /// <exception cref="UnexpectedAnswerException">No account has sent so much.</exception>
    public static ulong Nonce(ulong nonce, Uri node) => nonce <= MaxNonce
        ? nonce
        : throw new UnexpectedAnswerException($"The node at {node} says that the account has sent {nonce} transactions, which "
            + "no account has. Nothing was signed; ask another node.");
}
