using Chain.Primitives;

namespace Chain.Tests;

public sealed class TransactionTests
{
    private static readonly PrivateKey Key = new(Hex.Decode(string.Concat(Enumerable.Repeat("46", 32))));

    // The example of EIP-155.
    private static readonly UnsignedTransaction Example = new()
    {
        Type = TransactionType.Legacy,
        ChainId = 1,
        Nonce = 9,
        MaxPriorityFeePerGas = 20_000_000_000,
        MaxFeePerGas = 20_000_000_000,
        GasLimit = 21_000,
        To = Address.Parse("0x3535353535353535353535353535353535353535"),
        Value = 1_000_000_000_000_000_000,
    };

    [Fact]
    public void The_example_of_EIP_155_is_signed_as_printed_there()
    {
        Assert.Equal("0xdaf5a779ae972f972197303d7b574746c7ef83eadac0f2791ad23db92e4c8e53", Example.SigningHash().ToString());
        Assert.Equal(
            "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
            Hex.Encode(Sign(Example).Encoded.Span));
    }

    [Theory]
    [InlineData(TransactionType.Legacy, null)]
    [InlineData(TransactionType.Legacy, 0UL)]
    [InlineData(TransactionType.Legacy, ulong.MaxValue)]
    [InlineData(TransactionType.AccessList, 31337UL)]
    [InlineData(TransactionType.DynamicFee, 31337UL)]
    public void Every_type_leads_back_to_itself_and_its_sender(TransactionType type, ulong? chainId)
    {
        var fields = Example with
        {
            Type = type,
            ChainId = chainId,
            MaxPriorityFeePerGas = type == TransactionType.DynamicFee ? 1 : Example.MaxFeePerGas,
            To = null,
            Data = new byte[] { 0, 1, 2 },
            AccessList = type == TransactionType.Legacy
            ? []
            : [new AccessListEntry(Key.Address, [Keccak256.Empty, Hash256.Zero])],
        };
        var signed = Sign(fields);
        var read = Transaction.Decode(signed.Encoded.Span);

        Assert.Equal(signed.Hash, read.Hash);
        Assert.Equal(chainId, read.ChainId);
        Assert.Equal(fields.SigningHash(), read.Unsigned.SigningHash());
        Assert.Equal(Key.Address, read.Recover()?.Sender);
        Assert.Equal(signed.Encoded.ToArray(), read.Unsigned.WithSignature(read.Signature).Encoded.ToArray());
    }

    [Fact]
    public void In_a_list_a_typed_transaction_is_a_string_and_a_legacy_one_a_list()
    {
        var typed = Sign(Example with { Type = TransactionType.AccessList });
        var rlp = new RlpWriter();
        Sign(Example).WriteTo(rlp);
        typed.WriteTo(rlp);

        var reader = new RlpReader(rlp.WrittenSpan);
        Assert.Equal(Sign(Example).Hash, Transaction.Read(ref reader).Hash);
        Assert.Equal(typed.Hash, Transaction.Read(ref reader).Hash);
        reader.ExpectEnd();

        Assert.Throws<RlpException>(() =>
        {
            var wrapped = new RlpReader(RlpTree.Encode(Sign(Example).Encoded.ToArray()));
            Transaction.Read(ref wrapped);
        });
    }

    [Theory]
    [InlineData("0x", "nothing")]
    [InlineData("0x00c0", "type 0 in an envelope")]
    [InlineData("0x03c0", "a blob transaction")]
    [InlineData("0x04c0", "a set-code transaction")]
    [InlineData("0x7fc0", "an unknown type")]
    [InlineData("0x02", "an envelope without content")]
    [InlineData("0xc0", "a list without fields")]
    public void What_is_no_transaction_is_refused(string encoded, string what)
    {
        var refused = Assert.Throws<RlpException>(() => Transaction.Decode(Hex.Decode(encoded)));
        Assert.False(string.IsNullOrEmpty(refused.Message), what);
    }

    [Theory]
    [InlineData("0x", "no v")]
    [InlineData("0x01", "a bare parity")]
    [InlineData("0x1d", "29")]
    [InlineData("0x22", "34")]
    [InlineData("0x0200000000000000000000000000000024", "a chain id beyond 64 bits")]
    public void A_legacy_v_names_no_chain_or_a_chain_of_64_bits(string v, string what)
    {
        var fields = (List<object>)RlpTree.Decode(Sign(Example).Encoded.Span);
        fields[6] = Hex.Decode(v);
        var refused = Assert.Throws<RlpException>(() => Transaction.Decode(RlpTree.Encode(fields)));
        Assert.False(string.IsNullOrEmpty(refused.Message), what);
    }

    [Fact]
    public void A_signature_over_other_fields_recovers_somebody_else()
    {
        var forged = (Example with { Value = 2 }).WithSignature(Sign(Example).Signature);
        Assert.NotEqual(Key.Address, forged.Recover()?.Sender);
    }

    private static Transaction Sign(UnsignedTransaction fields) => fields.WithSignature(Key.Sign(fields.SigningHash()));
}
