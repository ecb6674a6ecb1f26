using System.Text.Json;
using Chain.Execution;
using Chain.Primitives;

namespace Chain.Tests;

public sealed class TransactionVectors
{
    /// <summary>
    /// The column of London, the rules that execute here; the later types have no place in it. The chain id is 1.
    /// </summary>
    [VectorFact]
    [ReadsVectors("transaction-tests")]
    public void Transactions_are_accepted_and_refused_as_London_does()
    {
        var (accepted, refused) = (0, 0);
        var failures = new List<string>();
        foreach (var file in VectorFiles.Of("transaction-tests"))
        {
            foreach (var test in VectorFiles.ReadJson(file).EnumerateObject())
            {
                if (!test.Value.GetProperty("result").TryGetProperty("London", out var expected)) continue;
                var got = Judge(Hex.Decode(Text(test.Value, "txbytes")));
                var want = expected.TryGetProperty("exception", out var exception)
                    ? $"refused ({exception.GetString()})"
                    : $"hash {Text(expected, "hash")}, sender {Text(expected, "sender")}, intrinsic gas "
                        + $"{UInt256.Parse(Text(expected, "intrinsicGas"))}";
                if (expected.TryGetProperty("exception", out _)) refused++;
                else accepted++;
                if (got != want
                    && !(got.StartsWith("refused", StringComparison.Ordinal)
                        && want.StartsWith("refused", StringComparison.Ordinal)))
                    failures.Add($"{file} {test.Name}: expected {want}, got {got}");
            }
        }

        Assert.Empty(failures);
        Assert.True(accepted > 0 && refused > 0, $"{accepted} accepted, {refused} refused");
    }

    /// <summary>
    /// The newer file, by ethers 6. Type 3 is refused: blobs are not carried here. Absent fields are zero or empty.
    /// </summary>
    [VectorFact]
    [ReadsVectors("ethers-transactions")]
    public void Transactions_are_encoded_signed_and_read_as_ethers_does() => ForEach("ethers-transactions", (item, key) =>
    {
        CheckAgainstEthers(item, key, TransactionType.Legacy, "Legacy", chainIdWhereAbsent: null);
        CheckAgainstEthers(item, key, TransactionType.Legacy, "Eip155", chainIdWhereAbsent: 0);
        CheckAgainstEthers(item, key, TransactionType.AccessList, "Berlin", chainIdWhereAbsent: 0);
        CheckAgainstEthers(item, key, TransactionType.DynamicFee, "London", chainIdWhereAbsent: 0);
        if (Text(item, "signedCancun") is { Length: > 0 } blob)
            Assert.Throws<RlpException>(() => Transaction.Decode(Hex.Decode(blob)));
    });

    /// <summary>
    /// The older file, by ethers 5, which takes chain id 1 where a typed transaction has none. For EIP-155 it signs chain id 0 as
    /// a zero byte, which is not canonical RLP: those (and only those) are no signatures of a transaction.
    /// </summary>
    [VectorFact]
    [ReadsVectors("ethers-transactions-older")]
    public void Transactions_are_encoded_signed_and_read_as_ethers_5_did() => ForEach("ethers-transactions-older", (item, key) =>
    {
        CheckAgainstEthers(item, key, TransactionType.Legacy, "Legacy", chainIdWhereAbsent: null);
        if (!Number(item.GetProperty("transaction"), "chainId").IsZero)
            CheckAgainstEthers(item, key, TransactionType.Legacy, "Eip155", chainIdWhereAbsent: null);
        else Assert.EndsWith("008080", Text(item, "unsignedEip155"), StringComparison.Ordinal);
        CheckAgainstEthers(item, key, TransactionType.AccessList, "Berlin", chainIdWhereAbsent: 1);
        CheckAgainstEthers(item, key, TransactionType.DynamicFee, "London", chainIdWhereAbsent: 1);
    });

    [VectorFact]
    [ReadsVectors("transaction-basic")]
    public void The_first_published_transactions_recover_to_their_keys()
    {
        Assert.All(VectorFiles.ReadJson(VectorFiles.TheOne("transaction-basic")).EnumerateArray(), item =>
        {
            var encoded = Hex.Decode(Text(item, "signed"));
            var transaction = Transaction.Decode(encoded);
            var fields = transaction.Unsigned;
            Assert.Equal(item.GetProperty("nonce").GetUInt64(), fields.Nonce);
            Assert.Equal(item.GetProperty("gasprice").GetUInt64(), fields.MaxFeePerGas);
            Assert.Equal(item.GetProperty("startgas").GetUInt64(), fields.GasLimit);
            Assert.Equal(Text(item, "to") is { Length: > 0 } to ? Address.Parse(to) : null, fields.To);
            Assert.Equal(item.GetProperty("value").GetUInt64(), fields.Value);
            Assert.Equal("0x" + Text(item, "data"), Hex.Encode(fields.Data.Span));
            Assert.Equal(encoded, fields.WithSignature(transaction.Signature).Encoded.ToArray());

            // "unsigned" is the same list with an empty signature.
            var list = (List<object>)RlpTree.Decode(encoded);
            Assert.Equal("0x" + Text(item, "unsigned"),
                Hex.Encode(RlpTree.Encode(list[..6].Concat([Array.Empty<byte>(), Array.Empty<byte>(),
                    Array.Empty<byte>()]).ToList())));

            // The second has a high s, from before EIP-2: the curve recovers its key, a transaction no longer does.
            var key = new PrivateKey(Hex.Decode(Text(item, "key")));
            var publicKey = new byte[64];
            Assert.True(Secp256k1.Provider.TryRecover(fields.SigningHash().Bytes, transaction.Signature.ToArray(), publicKey));
            Assert.Equal(key.PublicKey.ToArray(), publicKey);
            Assert.Equal(transaction.Signature.S <= Secp256k1.HalfOrder ? key.Address : null, transaction.Recover()?.Sender);
        });
    }

    private static string Judge(byte[] encoded)
    {
        Transaction transaction;
        try
        {
            transaction = Transaction.Decode(encoded);
        }
        catch (RlpException malformed)
        {
            return $"refused ({malformed.Message})";
        }

        // That this node has no EVM yet is no judgement on the transaction.
        if (TransactionRules.CheckStateless(transaction.Unsigned, chainId: 1) is { } error and not TransactionError.NeedsEvm)
            return $"refused ({error})";
        if (!UInt256.TryMultiply(transaction.GasLimit, transaction.MaxFeePerGas, out _))
            return "refused (its gas costs more than 256 bits)";
        return transaction.Recover() is { } recovered
            ? $"hash {recovered.Hash}, sender {Hex.Encode(recovered.Sender.Bytes)}, intrinsic gas "
                + $"{TransactionRules.IntrinsicGas(transaction.Unsigned)}"
            : "refused (its signature recovers nobody)";
    }

    private static void ForEach(string group, Action<JsonElement, PrivateKey> check)
    {
        var items = VectorFiles.ReadJson(VectorFiles.TheOne(group)).EnumerateArray().ToList();
        Assert.NotEmpty(items);
        foreach (var item in items)
        {
            try
            {
                check(item, new PrivateKey(Hex.Decode(Text(item, "privateKey"))));
            }
            catch (Exception failure)
            {
                throw new InvalidOperationException($"{Text(item, "name")}: {failure.Message}", failure);
            }
        }
    }

    // An empty "signed" means that ethers refuses to make this kind from these fields.
    private static void CheckAgainstEthers(JsonElement item, PrivateKey key, TransactionType type, string flavour,
        ulong? chainIdWhereAbsent)
    {
        var signed = Text(item, "signed" + flavour);
        if (signed.Length == 0) return;
        var given = item.GetProperty("transaction");
        var chainId = flavour != "Legacy" && given.TryGetProperty("chainId", out _)
            ? (ulong)Number(given, "chainId")
            : chainIdWhereAbsent;
        var fields = Fields(given, type, chainId);
        Assert.Equal(Keccak256.Hash(Hex.Decode(Text(item, "unsigned" + flavour))), fields.SigningHash());

        var transaction = fields.WithSignature(key.Sign(fields.SigningHash()));
        Assert.Equal(signed, Hex.Encode(transaction.Encoded.Span));

        var read = Transaction.Decode(Hex.Decode(signed));
        Assert.Equal(Keccak256.Hash(Hex.Decode(signed)), read.Hash);
        Assert.Equal(key.Address, read.Recover()?.Sender);
        Assert.Equal(fields.SigningHash(), read.Unsigned.SigningHash());
        Assert.Equal(transaction.Signature, read.Signature);
    }

    private static UnsignedTransaction Fields(JsonElement given, TransactionType type, ulong? chainId)
    {
        var isDynamic = type == TransactionType.DynamicFee;
        return new UnsignedTransaction
        {
            Type = type,
            ChainId = chainId,
            Nonce = given.TryGetProperty("nonce", out var nonce) ? nonce.GetUInt64() : 0,
            MaxPriorityFeePerGas = Number(given, isDynamic ? "maxPriorityFeePerGas" : "gasPrice"),
            MaxFeePerGas = Number(given, isDynamic ? "maxFeePerGas" : "gasPrice"),
            GasLimit = (ulong)Number(given, "gasLimit"),
            To = given.TryGetProperty("to", out var to) ? Address.Parse(to.GetString()!) : null,
            Value = Number(given, "value"),
            Data = given.TryGetProperty("data", out var data) ? Hex.Decode(data.GetString()!) : [],
            AccessList = given.TryGetProperty("accessList", out var list)
                ? [.. list.EnumerateArray().Select(entry =>
                    new AccessListEntry(Address.Parse(Text(entry, "address")),
                        [.. entry.GetProperty("storageKeys").EnumerateArray().Select(slot => Hash256.Parse(slot.GetString()!))]))]
                : [],
        };
    }

    private static UInt256 Number(JsonElement given, string name) =>
        given.TryGetProperty(name, out var value) && value.GetString() is { } text and not "0x"
        ? UInt256.Parse(text)
        : UInt256.Zero;

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;
}
