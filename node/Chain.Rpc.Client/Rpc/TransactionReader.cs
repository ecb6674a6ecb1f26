using Chain.Primitives;

namespace Chain.Rpc.Client;

/// <summary>
/// A transaction as a node gave it, checked: its bytes hash to the hash asked for, and its signature names the sender.
/// </summary>
public sealed record KnownTransaction(Transaction Transaction, Address From, ulong? BlockNumber);

/// <summary>Rebuilds a transaction from a node's JSON and believes it only when it hashes to what was asked for.</summary>
public static class TransactionReader
{
    public static KnownTransaction Read(Answer answer, Hash256 expected)
    {
        var type = answer.Field("type")?.Number() ?? 0;
        if (type > (ulong)TransactionType.DynamicFee) throw new UnexpectedAnswerException(
            $"Transaction {expected} is of type {type}; only legacy, EIP-2930 and EIP-1559 transactions are known here.");
        var isDynamic = type == (ulong)TransactionType.DynamicFee;
        var v = answer.Require("v").Quantity();
        if (type == 0 && v < 27) throw answer.Malformed("a signed transaction");
        var chainId = type != 0 ? answer.Require("chainId").Number() : v >= 35 ? ReadChainId((v - 35) / 2, answer) : (ulong?)null;
        var parity = type != 0 ? (ulong)(v % 2) : (ulong)((v >= 35 ? v - 35 : v - 27) % 2);
        var unsigned = new UnsignedTransaction
        {
            Type = (TransactionType)type,
            ChainId = chainId,
            Nonce = answer.Require("nonce").Number(),
            MaxFeePerGas = answer.Require(isDynamic ? "maxFeePerGas" : "gasPrice").Quantity(),
            MaxPriorityFeePerGas = answer.Require(isDynamic ? "maxPriorityFeePerGas" : "gasPrice").Quantity(),
            GasLimit = answer.Require("gas").Number(),
            To = answer.Field("to")?.Address(),
            Value = answer.Require("value").Quantity(),
            Data = answer.Require("input").Bytes(),
            AccessList = answer.Field("accessList")?.Items().Select(ReadAccess).ToList() ?? [],
        };
        var transaction =
            unsigned.WithSignature(new Signature(answer.Require("r").Quantity(), answer.Require("s").Quantity(), (byte)parity));
        if (transaction.Hash != expected || !transaction.Signature.TryRecoverAddress(unsigned.SigningHash(), out var sender))
            throw new UnexpectedAnswerException(
                $"The node's answer for {expected} is another transaction ({transaction.Hash}). Do not trust this node.");
        return new KnownTransaction(transaction, sender, answer.Field("blockNumber")?.Number());
    }

    private static ulong ReadChainId(UInt256 chainId, Answer answer) => chainId.IsUInt64 ? (ulong)chainId
        : throw answer.Malformed("a transaction with a chain id of at most 64 bits");

    private static AccessListEntry ReadAccess(Answer entry) =>
        new(entry.Require("address").Address(), entry.Require("storageKeys").Items().Select(key => key.Hash()).ToList());
}
