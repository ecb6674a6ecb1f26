using Chain.Consensus.Stake;

namespace Chain.Tests;

public sealed class StakeErrorTests
{
    [Fact]
    public void Why_a_validator_cannot_leave_is_told_in_words()
    {
        StakeError[] errors = [new StakeError.ValidatorNotActive(1), new StakeError.AlreadyExiting(1, new Epoch(9)),
            new StakeError.ExitNotYetValid(new Epoch(9), new Epoch(4)), new StakeError.NotActiveLongEnough(1, new Epoch(4))];

        Assert.Equal(
            ["validator 1 is not active", "validator 1 leaves in epoch 9 already", "the exit is for epoch 9; it is epoch 4",
                "validator 1 has not been active long enough: it may leave from epoch 4 on"],
            errors.Select(error => error.ToString()));
    }
}
