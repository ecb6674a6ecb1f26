using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Transfers;

/// <summary>
/// The most that the whole fee of one transfer may become without a person's word, whoever named the figures: the value that is
/// sent, at least 0.01 ether and at most 1 ether; or what the person gave.
/// </summary>
public sealed record FeeCap
{
    private static readonly UInt256 Ether = 1_000_000_000_000_000_000;
    private static readonly UInt256 Floor = 10_000_000_000_000_000;

    private FeeCap(UInt256 limit, string origin) => (Limit, Origin) = (limit, origin);

    /// <summary>Wei.</summary>
    public UInt256 Limit { get; }

    /// <summary>Where the limit comes from, in words.</summary>
    public string Origin { get; }

    /// <param name="given">Wei that the person allows; null: the default.</param>
    /// <param name="value">Wei that the transfer moves.</param>
    public static FeeCap For(UInt256? given, UInt256 value) =>
        given is { } limit ? new FeeCap(limit, "the limit given")
        : value >= Ether ? new FeeCap(Ether, "the limit unless another is given")
        : value > Floor ? new FeeCap(value, "the value that is sent")
        : new FeeCap(Floor, "the limit for small values");

    /// <summary>Null where a fee is within the limit; else the sentence that says by how much it is not.</summary>
    public string? Complaint(UInt256 maxFeePerGas, ulong gasLimit)
    {
        var fee = TransferCost.Fee(maxFeePerGas, gasLimit);
        return fee <= Limit ? null
            : $"The fee can become {Describe(fee)}: {gasLimit} gas at up to {Amount.InGwei(maxFeePerGas)} per gas. That is "
                + $"more than {Amount.InEther(Limit)}, {Origin}.";
    }

    private static string Describe(UInt256 fee) =>
        fee == UInt256.MaxValue ? "more than 256 bits of wei can hold" : Amount.InEther(fee);
}
