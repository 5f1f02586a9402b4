package dev.durableobjects.conformance;

import dev.durableobjects.AlarmInvocationInfo;
import dev.durableobjects.Binding;
import dev.durableobjects.DurableObject;
import dev.durableobjects.DurableObjectState;
import dev.durableobjects.Env;
import dev.durableobjects.http.Request;
import dev.durableobjects.http.Response;

/// The object in which the steps of a case run.
final class CaseObject extends DurableObject implements CaseApi {

    private final OpenEvents events;

    CaseObject(DurableObjectState ctx, Env env, OpenEvents events) {
        super(ctx, env);
        this.events = events;
    }

    static Binding<CaseApi> binding() {
        return Binding.of("CASE", CaseApi.class);
    }

    @Override
    public void event(String key) throws Exception {
        events.get(key).serve(ctx);
    }

    @Override
    public String foo() {
        return "foo from remote";
    }

    @Override
    public boolean thisCheck() {
        return ctx.id() != null;
    }

    @Override
    public String throwingMethod() {
        throw new IllegalStateException("ACTOR METHOD THREW");
    }

    @Override
    public void alarm(AlarmInvocationInfo info) {
        throw new AssertionError("time stands still");
    }

    @Override
    public Response fetch(Request request) {
        return Response.text(200, "OK");
    }
}
