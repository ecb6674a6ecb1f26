using Chain.Consensus.Clique;

namespace Chain.Tests;

/// <summary>The table of voting cases in EIP-225, in its order and letters.</summary>
public sealed class CliqueVotingTests
{
    /// <summary>
    /// Signers of the genesis block; blocks as "signer", "signer+voted in", "signer-voted out" or "signer=checkpoint list"; the
    /// signers afterwards, or "!" and the error of the last block; the epoch.
    /// </summary>
    public static TheoryData<string, string, string, string, int> Table => new()
    {
        { "single signer, no votes cast", "A", "A", "A", 30_000 },
        { "single signer, voting to add two others", "A", "A+B B A+C", "AB", 30_000 },
        { "two signers, voting to add three others", "AB", "A+C B+C A+D B+D C A+E B+E", "ABCD", 30_000 },
        { "single signer, dropping itself", "A", "A-A", "", 30_000 },
        { "two signers, no mutual consent to drop either", "AB", "A-B", "AB", 30_000 },
        { "two signers, mutual consent to drop either", "AB", "A-B B-B", "A", 30_000 },
        { "three signers, two of them drop the third", "ABC", "A-C B-C", "AB", 30_000 },
        { "four signers, two are not enough to drop anyone", "ABCD", "A-C B-C", "ABCD", 30_000 },
        { "four signers, three are enough to drop someone", "ABCD", "A-D B-D C-D", "ABC", 30_000 },
        { "authorizations are counted once per signer per target", "AB", "A+C B A+C B A+C", "AB", 30_000 },
        { "authorizing multiple accounts concurrently", "AB", "A+C B A+D B A B+D A B+C", "ABCD", 30_000 },
        { "deauthorizations are counted once per signer per target", "AB", "A-B B A-B B A-B", "AB", 30_000 },
        { "deauthorizing multiple accounts concurrently", "ABCD", "A-C B C A-D B C A B-D C-D A B-C", "AB", 30_000 },
        { "votes from deauthorized signers are discarded (deauth votes)", "ABC", "C-B A-C B-C A-B", "AB", 30_000 },
        { "votes from deauthorized signers are discarded (auth votes)", "ABC", "C+D A-C B-C A+D", "AB", 30_000 },
        { "cascading changes are not allowed", "ABCD", "A-C B C A-D B-C C A B-D C-D", "ABC", 30_000 },
        { "changes out of bounds execute on touch", "ABCD", "A-C B C A-D B-C C A B-D C-D A C+C", "AB", 30_000 },
        { "changes out of bounds may go out of consensus", "ABCD", "A-C B C A-D B-C C A B-D C-D A B+C", "ABC", 30_000 },
        {
            "pending votes don't survive authorization status changes", "ABCDE",
            "A+F B+F C+F D-F E-F B-F C-F D+F E+F B-A C-A D-A B+F", "BCDEF", 30_000
        },
        { "epoch transitions reset all votes", "AB", "A+C B A=AB B+C", "AB", 3 },
        { "an unauthorized signer", "A", "B", "!UnauthorizedSigner", 30_000 },
        { "a signer that signed recently", "AB", "A A", "!SignedRecently", 30_000 },
        { "recent signatures are not reset on checkpoints", "ABC", "A B A=ABC A", "!SignedRecently", 3 },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void The_case_of_the_EIP_holds(string name, string signers, string blocks, string result, int epoch)
    {
        var scene = new CliqueScene(signers, (ulong)epoch);
        var head = scene.Genesis;
        CliqueHeaderError? error = null;
        foreach (var block in blocks.Split(' '))
        {
            Assert.True(error is null, $"{name}: {error}");
            var isVote = block.Length > 1 && block[1] is '+' or '-';
            head = scene.Seal(head, block[0], isVote ? block[2] : null, isVote && block[1] == '+',
                block.Contains('=', StringComparison.Ordinal) ? block[2..] : null);
            error = (CliqueHeaderError?)scene.Take(head);
        }

        var seen = error is null ? CliqueScene.Letters(scene.Snapshots.Of(head)!.Signers) : $"!{error.GetType().Name}";
        Assert.Equal(result, seen);
    }

    [Fact]
    public void The_snapshot_is_the_same_when_it_is_worked_out_again_from_the_store()
    {
        var scene = new CliqueScene("ABCDE");
        var head = scene.Genesis;
        foreach (var block in new[] { "A+F", "B+F", "C-A", "D+F" })
        {
            head = scene.Seal(head, block[0], block[2], block[1] == '+');
            Assert.Null(scene.Take(head));
        }

        var before = CliqueSnapshotCodec.Encode(scene.Snapshots.Of(head)!);
        scene.Forget();

        Assert.Equal(before, CliqueSnapshotCodec.Encode(scene.Snapshots.Of(head)!));
    }
}
