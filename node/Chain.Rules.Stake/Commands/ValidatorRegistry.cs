using System.Buffers;
using Chain.Primitives;
using Chain.Rpc.Client;

namespace Chain.Rules.Stake;

/// <summary>
/// The validators of a chain, `chain_validators`, read strictly: a node that answers something else is found out before its
/// figures are used.
/// </summary>
internal sealed record ValidatorRegistry(
    ulong Slot, ulong Epoch, IReadOnlyList<RegisteredValidator> Validators, DepositRules Deposits)
{
    /// <exception cref="UnexpectedAnswerException">It is no registry of validators.</exception>
    public static ValidatorRegistry Read(Answer answer) => new(
        answer.Require("slot").Number(),
        answer.Require("epoch").Number(),
        [.. answer.Require("validators").Items().Select(RegisteredValidator.Read)],
        DepositRules.Read(answer.Require("deposits")));

    public RegisteredValidator? Find(string publicKey) =>
        Validators.FirstOrDefault(validator => validator.PublicKey == publicKey);
}

/// <summary>A validator as a node's head has it.</summary>
/// <param name="PublicKey">Compressed, 66 lower-case hex digits without the 0x.</param>
/// <param name="PreviousEpoch">What its vote of the epoch before was right about.</param>
/// <param name="IsLocal">Whether the node acts for it.</param>
/// <param name="Silent">Why the node signs nothing for it; null: it does.</param>
internal sealed record RegisteredValidator(
    int Index,
    string PublicKey,
    string Status,
    ulong BalanceGwei,
    RightVotes PreviousEpoch,
    ulong InactivityScore,
    bool IsLocal,
    string? Silent,
    RegisteredOnion Onion)
{
    private const int KeyDigits = 66;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Null where the node does not tell it.</summary>
    public Address? WithdrawalAddress { get; init; }

    /// <summary>Null: not yet set.</summary>
    public ulong? ActivationEpoch { get; init; }

    /// <summary>Null: it does not leave.</summary>
    public ulong? ExitEpoch { get; init; }

    /// <summary>Null: it does not leave.</summary>
    public ulong? WithdrawableEpoch { get; init; }

    public static RegisteredValidator Read(Answer answer, int index)
    {
        var number = answer.Require("index");
        return new RegisteredValidator(
            number.Number() == (ulong)index ? index : throw number.Malformed($"{index}"),
            ReadKey(answer.Require("publicKey")),
            answer.Require("status").Text(),
            answer.Require("balanceGwei").Number(),
            RightVotes.Read(answer.Require("previousEpoch")),
            answer.Require("inactivityScore").Number(),
            answer.Require("local").Flag(),
            answer.Field("silent")?.Text(),
            RegisteredOnion.Read(answer.Require("randao")))
        {
            WithdrawalAddress = answer.Field("withdrawalAddress")?.Address(),
            ActivationEpoch = answer.Field("activationEpoch")?.Number(),
            ExitEpoch = answer.Field("exitEpoch")?.Number(),
            WithdrawableEpoch = answer.Field("withdrawableEpoch")?.Number(),
        };
    }

    private static string ReadKey(Answer answer)
    {
        var text = answer.Text();
        var isKey = text.Length == KeyDigits + 2 && text.StartsWith("0x", StringComparison.Ordinal)
            && text.AsSpan(2).IndexOfAnyExcept(LowerHex) < 0;
        return isKey ? text[2..] : throw answer.Malformed("a compressed public key");
    }
}

/// <summary>What a vote was right about, and in time.</summary>
internal readonly record struct RightVotes(bool Source, bool Target, bool Head)
{
    public static RightVotes Read(Answer answer) =>
        new(answer.Require("source").Flag(), answer.Require("target").Flag(), answer.Require("head").Flag());
}

/// <summary>The RANDAO hash onion in use, and the next where one is announced.</summary>
internal sealed record RegisteredOnion(
    Hash256 Commitment, ulong FirstEpoch, ulong EndsBefore, Hash256? NextCommitment = null, ulong? NextFirstEpoch = null)
{
    public static RegisteredOnion Read(Answer answer) => new(
        answer.Require("commitment").Hash(),
        answer.Require("firstEpoch").Number(),
        answer.Require("endsBefore").Number(),
        answer.Field("nextCommitment")?.Hash(),
        answer.Field("nextFirstEpoch")?.Number());
}

/// <summary>What a deposit must be like.</summary>
internal sealed record DepositRules(Address Address, ulong MinGwei, ulong RandaoOnionLayers, ulong CommitmentDelayEpochs)
{
    // The most that a genesis file may ask for. More would keep whoever makes a commitment busy for hours.
    private const ulong MaxOnionLayers = 1 << 24;

    public static DepositRules Read(Answer answer)
    {
        var layers = answer.Require("randaoOnionLayers");
        return new DepositRules(
            answer.Require("address").Address(),
            answer.Require("minGwei").Number(),
            layers.Number() is > 0 and <= MaxOnionLayers and var number ? number
                : throw layers.Malformed($"a number from 1 to {MaxOnionLayers}"),
            answer.Require("commitmentDelayEpochs").Number());
    }
}
