using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Rpc;

/// <summary>eth_: accounts at a block, with proofs.</summary>
internal static class StateMethods
{
    public static void AddTo(RpcMethodTable table)
    {
        table.Add("eth_getBalance", 2, GetBalance);
        table.Add("eth_getTransactionCount", 2, GetTransactionCount);
        table.Add("eth_getCode", 2, GetCode);
        table.Add("eth_getStorageAt", 3, GetStorageAt);
        table.Add("eth_getProof", 3, GetProof);
    }

    private static bool IsPending(BlockParameter parameter) => parameter is BlockParameter.ByTag { Tag: BlockTag.Pending };

    private static RpcError? GetBalance(RpcCall call)
    {
        var (address, block) = (call.Args.Address(0), call.Args.Block(1));
        if (call.Args.Error is { } error) return error;
        if (IsPending(block) && call.Services.Pending.Get(call.View, call.Reader).Accounts.TryGetValue(address, out var pending))
        {
            call.Out.WriteQuantityValue(pending.Balance);
            return null;
        }

        return call.WithState(block, state => call.Out.WriteQuantityValue(state.GetBalance(address)));
    }

    private static RpcError? GetTransactionCount(RpcCall call)
    {
        var (address, block) = (call.Args.Address(0), call.Args.Block(1));
        if (call.Args.Error is { } error) return error;
        if (IsPending(block) && call.View.Pool.BySender.TryGetValue(address, out var account))
        {
            call.Out.WriteQuantityValue(account.NextNonce);
            return null;
        }

        return call.WithState(block, state => call.Out.WriteQuantityValue(state.GetNonce(address)));
    }

    private static RpcError? GetCode(RpcCall call)
    {
        var (address, block) = (call.Args.Address(0), call.Args.Block(1));
        return call.Args.Error ?? call.WithState(block, state => call.Out.WriteHexValue(state.GetCode(address).Span));
    }

    private static RpcError? GetStorageAt(RpcCall call)
    {
        var (address, slot, block) = (call.Args.Address(0), call.Args.StorageKey(1), call.Args.Block(2));
        return call.Args.Error ?? call.WithState(block, state => call.Out.WriteWordValue(state.GetStorage(address, slot)));
    }

    /// <summary>Runs a read against the state of a block; what was pruned meanwhile is an error, no fault.</summary>
    public static RpcError? WithState(this RpcCall call, BlockParameter block, Action<WorldState> read)
    {
        if (!call.OpenState(block).IsOk(out var state, out var error)) return error;
        try
        {
            read(state);
            return null;
        }
        catch (MissingStateException)
        {
            return call.MissingState(call.FindHeader(block) ?? call.View.Head);
        }
    }

    /// <summary>EIP-1186.</summary>
    private static RpcError? GetProof(RpcCall call)
    {
        var (address, keys, block) = (call.Args.Address(0), ReadKeys(call), call.Args.Block(2));
        if (call.Args.Error is { } argument) return argument;
        if (keys.Count > call.Limits.ProofKeys)
            return new RpcError(RpcError.InvalidParams,
                $"invalid argument 1: {keys.Count} storage keys; at most {call.Limits.ProofKeys} are proved at once");
        if (!call.OpenState(block).IsOk(out _, out var error)) return error;
        var header = call.FindHeader(block)!;
        try
        {
            WriteProof(call, header.Header.StateRoot, address, keys);
            return null;
        }
        catch (MissingStateException)
        {
            return call.MissingState(header);
        }
    }

    private static void WriteProof(RpcCall call, Hash256 stateRoot, Address address, List<(string Text, Hash256 Slot)> keys)
    {
        var json = call.Out;
        var accounts = new MerklePatriciaTrie(call.Reader, stateRoot);
        var accountKey = Keccak256.Hash(address.Bytes);
        var account = accounts.Get(accountKey.Bytes) is { } encoded ? Account.Decode(encoded) : Account.Empty;
        json.WriteStartObject();
        json.WriteHex("address"u8, address);
        json.WriteStartArray("accountProof"u8);
        foreach (var node in accounts.Prove(accountKey.Bytes)) json.WriteHexValue(node);
        json.WriteEndArray();
        json.WriteQuantity("balance"u8, account.Balance);
        json.WriteHex("codeHash"u8, account.CodeHash);
        json.WriteQuantity("nonce"u8, account.Nonce);
        json.WriteHex("storageHash"u8, account.StorageRoot);
        json.WriteStartArray("storageProof"u8);
        var storage = new MerklePatriciaTrie(call.Reader, account.StorageRoot);
        foreach (var (text, slot) in keys)
        {
            var slotKey = Keccak256.Hash(slot.Bytes);
            json.WriteStartObject();
            json.WriteString("key"u8, text);
            json.WriteQuantity("value"u8,
                storage.Get(slotKey.Bytes) is { } value ? new RlpReader(value).ReadUInt256() : UInt256.Zero);
            json.WriteStartArray("proof"u8);
            foreach (var node in storage.Prove(slotKey.Bytes)) json.WriteHexValue(node);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>The keys as sent (they are answered in that form) and as slots.</summary>
    private static List<(string Text, Hash256 Slot)> ReadKeys(RpcCall call)
    {
        var keys = new List<(string, Hash256)>();
        var array = call.Args.Take<JsonElement>(1, (JsonElement json, out JsonElement value) =>
        {
            value = json;
            return json.ValueKind == JsonValueKind.Array ? null : $"{ArgParsers.Show(json)} is not an array of storage keys";
        });
        if (call.Args.Error is not null) return keys;
        foreach (var item in array.EnumerateArray())
        {
            if (ArgParsers.Word(item, out var slot) is { } why) call.Args.Fail(1, why);
            keys.Add((ArgParsers.TextOf(item) ?? "", slot));
        }

        return keys;
    }
}
