using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>
/// eth_: calls and estimates. Plain accounts and native contracts answer; what would have to run code is refused.
/// </summary>
internal static class CallMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.Add("eth_call", 4, Call);
        table.Add("eth_estimateGas", 4, EstimateGas);
        table.Add("eth_createAccessList", 3, CreateAccessList);
    }

    private static RpcError? Call(RpcCall call)
    {
        if (!Prepare(call, needsValue: true, out var prepared, out var error)) return error;
        if (prepared.Outcome is NativeCallOutcome.Failed failed) return Reverted(failed);
        call.Out.WriteHexValue(prepared.Outcome is NativeCallOutcome.Succeeded { Output: var output } ? output.Span : []);
        return null;
    }

    private static RpcError? EstimateGas(RpcCall call)
    {
        if (!Prepare(call, needsValue: true, out var prepared, out var error)) return error;
        if (prepared.Outcome is NativeCallOutcome.Failed failed) return Reverted(failed);
        if (prepared.Object.Gas is { } given && given < prepared.Gas)
            return RpcError.Refused($"gas required exceeds allowance ({given}): {prepared.Gas} is needed");
        if (Unaffordable(prepared) is { } unaffordable) return unaffordable;
        call.Out.WriteQuantityValue(prepared.Gas);
        return null;
    }

    private static RpcError? CreateAccessList(RpcCall call)
    {
        if (!Prepare(call, needsValue: true, out var prepared, out var error)) return error;
        call.Out.WriteStartObject();
        EthJson.WriteAccessList(call.Out, []);
        if (prepared.Outcome is NativeCallOutcome.Failed failed)
            call.Out.WriteString("error"u8, $"execution reverted: {failed.Reason}");
        call.Out.WriteQuantity("gasUsed"u8, prepared.Gas);
        call.Out.WriteEndObject();
        return null;
    }

    /// <param name="Gas">What the call uses as a transaction.</param>
    /// <param name="Outcome">Of the message; null where there is none.</param>
    private sealed record Prepared(CallObject Object, ulong Gas, UInt256 Balance, NativeCallOutcome? Outcome);

    private static bool Prepare(RpcCall call, bool needsValue, out Prepared prepared, out RpcError? error)
    {
        prepared = null!;
        var arguments = CallObject.Read(call.Args, 0);
        var block = call.Args.Block(1);
        foreach (var index in (ReadOnlySpan<int>)[2, 3])
        {
            if (call.Args.Has(index) && call.Args.Count > index)
                call.Args.Fail(index, "state and block overrides are not supported by this node");
        }

        error = call.Args.Error ?? CheckFields(call, arguments);
        if (error is not null || !call.OpenState(block).IsOk(out var state, out error)) return false;
        try
        {
            error = Run(call, arguments, call.FindHeader(block)!, state, needsValue, out prepared);
        }
        catch (MissingStateException)
        {
            error = call.MissingState(call.FindHeader(block)!);
        }

        return error is null;
    }

    private static RpcError? CheckFields(RpcCall call, CallObject arguments)
    {
        if (arguments.ChainId is { } chainId && chainId != call.Node.Spec.ChainId)
            return new RpcError(RpcError.InvalidParams,
                $"invalid argument 0: chainId does not match node's (have={chainId}, want={call.Node.Spec.ChainId})");
        if (arguments.MaxPriorityFee > arguments.MaxFee)
            return RpcError.Refused($"max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas "
                + $"{arguments.MaxPriorityFee}, maxFeePerGas {arguments.MaxFee}");
        return null;
    }

    private static RpcError? Run(RpcCall call, CallObject arguments, SealedHeader header, WorldState state, bool needsValue,
        out Prepared prepared)
    {
        var balance = state.GetBalance(arguments.From);
        var intrinsic = TransactionRules.IntrinsicGas(arguments.ToUnsigned(call.Node.Spec.ChainId));
        prepared = new Prepared(arguments, intrinsic, balance, null);
        if (needsValue && balance < arguments.Value)
            return RpcError.Refused($"insufficient funds for transfer: address {arguments.From} have {balance} want "
                + $"{arguments.Value}");
        if (arguments.To is not { } to)
            return arguments.Data.Length == 0
                ? null
                : RpcError.Of(new TransactionError.NeedsEvm(null, "contracts cannot be created"));
        var natives = call.Node.Rules.NativeContracts;
        if (TransactionRules.CheckRecipient(to, state.GetAccount(to), natives) is { } error) return RpcError.Of(error);
        var available = (arguments.Gas ?? header.Header.GasLimit) - Math.Min(intrinsic, arguments.Gas ?? header.Header.GasLimit);
        var context = BlockContext.Of(header.Header, call.Node.Rules.Lifecycle.AuthorOf(header.Header), call.Node.Spec.ChainId);
        var outcome =
            MessageCall.Process(state, context, natives, arguments.From, to, arguments.Value, arguments.Data, available);
        prepared = prepared with { Gas = intrinsic + outcome.GasUsed, Outcome = outcome };
        return null;
    }

    /// <summary>With a fee given, the sender must be able to pay it, as the pool will ask (geth words it the same way).</summary>
    private static RpcError? Unaffordable(Prepared prepared)
    {
        var (fee, value) = (prepared.Object.MaxFee ?? UInt256.Zero, prepared.Object.Value);
        var covered = UInt256.TryMultiply(fee, prepared.Gas, out var gasCost) && UInt256.TryAdd(gasCost, value, out var cost)
            && cost <= prepared.Balance;
        return covered || fee.IsZero
            ? null
            : RpcError.Refused($"insufficient funds for gas * price + value: address {prepared.Object.From} have "
                + $"{prepared.Balance}, {prepared.Gas} gas at {fee} plus {value} are wanted");
    }

    private static RpcError Reverted(NativeCallOutcome.Failed failed) =>
        new(RpcError.Reverted, $"execution reverted: {failed.Reason}") { Data = RevertReason.Encode(failed.Reason) };
}

/// <summary>The transaction object of `eth_call` and its kin.</summary>
internal sealed record CallObject
{
    public Address From { get; init; }

    public Address? To { get; init; }

    public ulong? Gas { get; init; }

    /// <summary>maxFeePerGas, or gasPrice; wei per gas.</summary>
    public UInt256? MaxFee { get; init; }

    public UInt256? MaxPriorityFee { get; init; }

    public UInt256 Value { get; init; }

    public byte[] Data { get; init; } = [];

    public ulong? ChainId { get; init; }

    public IReadOnlyList<AccessListEntry> AccessList { get; init; } = [];

    public static CallObject Read(RpcArgs args, int index)
    {
        if (!args.Has(index)) _ = args.Take<string>(index, ArgParsers.Text);
        var fields = args.Fields(index);
        var gasPrice = fields.TakeOptional<UInt256>("gasPrice", ArgParsers.Number);
        var maxFee = fields.TakeOptional<UInt256>("maxFeePerGas", ArgParsers.Number);
        var priorityFee = fields.TakeOptional<UInt256>("maxPriorityFeePerGas", ArgParsers.Number);
        if (gasPrice is not null && (maxFee is not null || priorityFee is not null))
            fields.Fail("both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified");
        var accessList = new List<AccessListEntry>();
        if (fields.Find("accessList", out var list) && AccessLists.Parse(list, accessList) is { } why)
            fields.Fail($"`accessList`: {why}");
        _ = fields.TakeOptional<ulong>("nonce", ArgParsers.Quantity);
        _ = fields.TakeOptional<ulong>("type", ArgParsers.Quantity);
        return new CallObject
        {
            From = fields.Take("from", ArgParsers.Address, Address.Zero),
            To = fields.TakeOptional<Address>("to", ArgParsers.Address),
            Gas = fields.TakeOptional<ulong>("gas", ArgParsers.Quantity),
            MaxFee = gasPrice ?? maxFee,
            MaxPriorityFee = gasPrice ?? priorityFee,
            Value = fields.Take("value", ArgParsers.Number, UInt256.Zero),
            Data = ReadData(fields),
            ChainId = fields.TakeOptional<ulong>("chainId", ArgParsers.Quantity),
            AccessList = accessList,
        };
    }

    /// <summary>`input` is the specified name, `data` the older one; both may be there if they say the same.</summary>
    private static byte[] ReadData(RpcFields fields)
    {
        var (data, input) =
            (fields.Take<byte[]>("data", ArgParsers.Bytes, []), fields.Take<byte[]>("input", ArgParsers.Bytes, []));
        if (!fields.Has("input")) return data;
        if (fields.Has("data") && !data.AsSpan().SequenceEqual(input))
            fields.Fail("both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass transaction call data");
        return input;
    }

    public UnsignedTransaction ToUnsigned(ulong chainId) => new()
    {
        Type = AccessList.Count > 0 ? TransactionType.DynamicFee : TransactionType.Legacy,
        ChainId = chainId,
        Nonce = 0,
        MaxPriorityFeePerGas = UInt256.Zero,
        MaxFeePerGas = UInt256.Zero,
        GasLimit = Gas ?? 0,
        To = To,
        Value = Value,
        Data = Data,
        AccessList = AccessList,
    };
}

/// <summary>Access lists in JSON (EIP-2930).</summary>
internal static class AccessLists
{
    public static string? Parse(JsonElement json, List<AccessListEntry> entries)
    {
        if (json.ValueKind != JsonValueKind.Array) return $"{ArgParsers.Show(json)} is not an array";
        foreach (var item in json.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("address", out var addressJson))
                return $"{ArgParsers.Show(item)} is not an object with address and storageKeys";
            if (ArgParsers.Address(addressJson, out var address) is { } badAddress) return badAddress;
            var keys = new List<Hash256>();
            if (item.TryGetProperty("storageKeys", out var keysJson) && keysJson.ValueKind != JsonValueKind.Null)
            {
                if (keysJson.ValueKind != JsonValueKind.Array)
                    return $"{ArgParsers.Show(keysJson)} is not an array of storage keys";
                foreach (var keyJson in keysJson.EnumerateArray())
                {
                    if (ArgParsers.Hash(keyJson, out var key) is { } badKey) return badKey;
                    keys.Add(key);
                }
            }

            entries.Add(new AccessListEntry(address, keys));
        }

        return null;
    }
}
