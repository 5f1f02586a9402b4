package dev.durableobjects.benchmarks;

import static org.hamcrest.MatcherAssert.assertThat;
import static org.hamcrest.Matchers.is;

import org.junit.jupiter.api.Test;

/// The measured code does what it claims, once each; nothing is measured here.
class BenchmarksTest {

    @Test
    void callsReachTheObject() {
        StubCallBenchmark benchmark = new StubCallBenchmark();
        StubCallBenchmark.Caller caller = new StubCallBenchmark.Caller();
        caller.join(benchmark);

        benchmark.nothing();
        benchmark.nothingByName();
        benchmark.contended(caller);
        benchmark.contended(caller);
        CalleeApi.Booking booking = benchmark.argumentsAndRecord();
        CalleeApi.Booking withoutStub = benchmark.argumentsAndRecordWithoutStub();
        benchmark.close();

        assertThat(booking, is(withoutStub));
    }

    @Test
    void allWaysToQueryGiveTheSame() {
        SqlBenchmark benchmark = new SqlBenchmark();

        long points = benchmark.pointJdbc();
        long upserts = benchmark.upsertJdbc();

        assertThat(benchmark.pointExec(), is(points));
        assertThat(benchmark.pointClient(), is(points));
        assertThat(benchmark.upsertExec(), is(upserts));
        assertThat(benchmark.upsertClient(), is(upserts));
        long gets = benchmark.getJdbc();
        assertThat(benchmark.getKv(), is(gets));
        assertThat(benchmark.getClient(), is(gets));
        long puts = benchmark.putJdbc();
        assertThat(benchmark.putKv(), is(puts));
        assertThat(benchmark.putClient(), is(puts));
        long scans = benchmark.scanJdbc();
        assertThat(benchmark.scanExec(), is(scans));
        assertThat(benchmark.scanClient(), is(scans));
        benchmark.close();
    }
}
