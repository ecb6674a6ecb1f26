using Chain.Consensus.Stake;
using Chain.Rules.Stake;
using Chain.Storage;
using static Chain.Tests.SigningSample;

namespace Chain.Tests;

public sealed class ValidatorSignerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("chain-signing-").FullName;
    private readonly SigningHistory _history;

    public ValidatorSignerTests() => _history = SigningHistory.Open(FilePath, Genesis);

    private string FilePath => Path.Combine(_folder, "history.db");

    public void Dispose()
    {
        _history.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Each_request_gets_its_keys_signature_or_the_refusal_in_its_place()
    {
        var answers = Signer(keys: 2).Sign([Block(7, root: 1, key: 1), Block(7, root: 2, key: 1), Block(7, root: 3, key: 2)]);

        Assert.True(answers[0].Value.IsBy(KeyOf(1).Bytes, Root(1)));
        Assert.Equal(new SigningRefusal.DoubleProposal(new Slot(7), Root(2), Root(1)), answers[1].Error);
        Assert.True(answers[2].Value.IsBy(KeyOf(2).Bytes, Root(3)));
    }

    [Fact]
    public void Many_signatures_are_each_by_the_right_key_over_the_right_root()
    {
        var requests = Enumerable.Range(1, 40).Select(key => Vote(2, 3, root: key, key)).ToList();

        var answers = Signer(keys: 40).Sign(requests);

        Assert.All(requests.Zip(answers),
            pair => Assert.True(pair.Second.Value.IsBy(pair.First.Key.Bytes, pair.First.SigningRoot)));
    }

    [Fact]
    public void The_history_knows_a_message_before_its_signature_exists()
    {
        _ = Signer(keys: 1).Sign([Block(7, root: 1)])[0].Value;

        using var other = SigningHistory.OpenExisting(FilePath);
        Assert.NotNull(other.Ask(Block(7, root: 2)));
    }

    [Fact]
    public void When_the_history_fails_nothing_is_signed()
    {
        var signer = Signer(keys: 1);
        using var holder = new SqliteDatabase(FilePath, readOnly: false);
        holder.Execute("DROP TABLE proposals");

        Assert.ThrowsAny<Exception>(() => signer.Sign([Block(7, root: 1)]));
    }

    [Fact]
    public void A_request_for_a_key_that_is_not_held_is_a_bug_and_writes_nothing()
    {
        Assert.Throws<ArgumentException>(() => Signer(keys: 1).Sign([Block(7, root: 1, key: 1), Block(7, root: 1, key: 2)]));

        Assert.Null(_history.Ask(Block(7, root: 2, key: 1)));
    }

    [Fact]
    public void A_key_that_the_history_does_not_know_gets_no_signature()
    {
        var stranger = new ValidatorSigner([new ValidatorSecret(PrivateKeyOf(1))], _history);

        Assert.Equal(new SigningRefusal.UnknownKey(), stranger.Sign([Block(7, root: 1)])[0].Error);
    }

    private ValidatorSigner Signer(int keys)
    {
        var numbers = Enumerable.Range(1, keys).ToArray();
        return new ValidatorSigner([.. numbers.Select(key => new ValidatorSecret(PrivateKeyOf(key)))], _history.Knowing(numbers));
    }
}
