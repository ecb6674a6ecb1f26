using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Chain.Primitives;
using Chain.Testnet;

namespace Chain.Cli;

/// <summary>
/// What `chain_validators` must answer: a node that answers something else is found out before its figures are used.
/// </summary>
internal sealed record RegistryAnswer(
    ulong Slot,
    ulong Epoch,
    IReadOnlyList<RegistryAnswer.Validator> Validators,
    RegistryAnswer.DepositRules Deposits)
{
    // The most that a genesis file may ask for. More would keep whoever makes a commitment busy for hours.
    private const ulong MaxOnionLayers = 1 << 24;
    private const int CompressedKeyDigits = 66;
    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    public sealed record Validator(
        int Index,
        string PublicKey,
        string Status,
        ulong BalanceGwei,
        Votes PreviousEpoch,
        ulong InactivityScore,
        bool Local,
        Onion Randao,
        ulong? ActivationEpoch = null,
        ulong? ExitEpoch = null,
        ulong? WithdrawableEpoch = null);

    public sealed record Votes(bool Source, bool Target, bool Head);

    public sealed record Onion(string Commitment, ulong FirstEpoch, ulong EndsBefore);

    public sealed record DepositRules(string Address, ulong MinGwei, ulong RandaoOnionLayers, ulong CommitmentDelayEpochs);

    /// <summary>The same answer, once it is certain that it is one.</summary>
    /// <exception cref="TestnetException">It is not; the message says what is wrong with it.</exception>
    public static JsonObject Check(Uri url, JsonNode? answer)
    {
        try
        {
            var registry = answer.Deserialize(RegistryJson.Default.RegistryAnswer) ?? throw new JsonException("It is null.");
            return registry.FindProblem() is { } problem ? throw new JsonException(problem) : (JsonObject)answer!;
        }
        catch (JsonException e)
        {
            throw new TestnetException(
                $"The node at {url} answers chain_validators with something that is not a registry of validators: "
                    + $"{Printable.Field(e.Message)}",
                e);
        }
    }

    private string? FindProblem()
    {
        if (!Primitives.Address.TryParse(Deposits.Address, out _)) return "`deposits.address` is not an address.";
        if (Deposits.RandaoOnionLayers is 0 or > MaxOnionLayers)
            return $"`deposits.randaoOnionLayers` is {Deposits.RandaoOnionLayers}; it must be from 1 to {MaxOnionLayers}.";
        for (var i = 0; i < Validators.Count; i++)
        {
            var (at, validator) = ($"validators[{i}]", Validators[i]);
            if (validator.Index != i) return $"`{at}.index` is {validator.Index}.";
            if (!IsKey(validator.PublicKey)) return $"`{at}.publicKey` is not a compressed public key.";
            if (!Hash256.TryParse(validator.Randao.Commitment, out _)) return $"`{at}.randao.commitment` is not a hash.";
        }

        return null;
    }

    private static bool IsKey(string text) =>
        text.Length == CompressedKeyDigits + 2
        && text.StartsWith("0x", StringComparison.Ordinal)
        && text.AsSpan(2).IndexOfAnyExcept(LowerHex) < 0;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RegistryAnswer))]
internal sealed partial class RegistryJson : JsonSerializerContext;
